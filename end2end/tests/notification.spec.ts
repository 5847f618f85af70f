/** The bell, the list of notifications, and which mails one gets. */
import { ask } from "../arrange.ts";
import { expect, open, test } from "../fixtures.ts";
import { tabTo } from "../keyboard.ts";
import { manager, owner, SHARED, teammate } from "../story.ts";

test.use({ fresh: true });

test("each notification is marked as read, and all at once", async ({ browserOf }) => {
  await ask(await browserOf(manager), { account: SHARED, members: [teammate.name] });
  for (const javaScriptEnabled of [false, true]) {
    const owners = await browserOf(owner, { javaScriptEnabled });
    await owners.goto("/accounts");
    if (!javaScriptEnabled) {
      await owners.getByRole("link", { name: "Notifications, 2 unread" }).click();
      const newest = owners.getByRole("listitem").filter({ hasText: teammate.name });
      await newest.getByRole("button", { name: "Mark as read" }).click();
      await expect(newest).not.toContainText("Unread");
      await expect(owners.getByRole("link", { name: "Notifications, 1 unread" })).toBeVisible();
    } else {
      await owners.getByRole("link", { name: "Notifications, 1 unread" }).click();
      await owners.getByRole("button", { name: "Mark all as read" }).click();
      await expect(owners.getByText("All notifications are marked as read.")).toBeVisible();
      await expect(owners.getByRole("link", { name: "Notifications", exact: true })).toBeVisible();
      await expect(owners.getByRole("button", { name: "Mark all as read" })).toHaveCount(0);
    }
  }
});

test("the bell counts without reloading", async ({ browserOf }) => {
  const owners = await browserOf(owner);
  await open(owners, "/notifications");
  await expect(owners.getByRole("link", { name: "Notifications, 1 unread" })).toBeVisible();
  await ask(await browserOf(manager), { account: SHARED, members: [teammate.name] });
  await expect(owners.getByRole("link", { name: "Notifications, 2 unread" })).toBeVisible({ timeout: 3_000 });
  await expect(owners.getByRole("listitem").filter({ hasText: teammate.name })).toContainText("Unread");
});

test("by keyboard alone one notification is marked as read", async ({ browserOf }) => {
  const owners = await browserOf(owner);
  await open(owners, "/notifications");
  await tabTo(owners, owners.getByRole("button", { name: "Mark as read" }).first());
  await owners.keyboard.press("Enter");
  await expect(owners.getByRole("link", { name: "Notifications", exact: true })).toBeVisible();
});

test("which mails one gets is chosen topic by topic", async ({ browserOf }) => {
  for (const [javaScriptEnabled, delivery, value] of [
    [false, "In the daily mail", "daily"],
    [true, "No mail", "never"],
  ] as const) {
    const owners = await browserOf(owner, { javaScriptEnabled });
    await owners.goto("/notifications");
    await owners.getByRole("link", { name: "Choose mails" }).click();
    await expect(owners.getByRole("heading", { level: 1, name: "Settings" })).toBeVisible();
    const requests = owners.getByLabel("Requests for your accounts");
    await requests.selectOption(delivery);
    await owners.getByRole("button", { name: "Save choice" }).click();
    await expect(owners.getByText("Your choice of mails is saved.")).toBeVisible();
    await expect(requests).toHaveValue(value);
    await expect(owners.getByLabel("Your access")).toHaveValue("at_once");
  }
});
