/** What owners and members do every day, by keyboard alone. The main job has its own way in access_request_journey.spec.ts. */
import type { Page } from "@playwright/test";
import { card, pathOf } from "../account_list.ts";
import { ask, type Asked } from "../arrange.ts";
import { awake, expect, open, test, type BrowserOf } from "../fixtures.ts";
import { tabTo } from "../keyboard.ts";
import { row } from "../members_tab.ts";
import { ASKED_FOR, collaborator, manager, newcomer, owner, SHARED, teammate } from "../story.ts";

test("All accounts is searched, narrowed and sorted by keyboard alone", async ({ browserOf }) => {
  const page = await browserOf(owner);
  const { keyboard } = page;
  await open(page, "/accounts");
  await tabTo(page, page.getByLabel("Search accounts"));
  await keyboard.type("shop");
  await keyboard.press("Enter");
  await expect(page).toHaveURL(/[?&]search=shop/);
  await expect(card(page, "Web shop")).toBeVisible();
  await expect(card(page, SHARED)).toHaveCount(0);

  await awake(page);
  await tabTo(page, page.getByLabel("Role"));
  await keyboard.type("Own");
  await expect(page.getByLabel("Role")).toHaveValue("owner");
  await tabTo(page, page.getByLabel("Sort by"));
  await keyboard.press("ArrowDown");
  await expect(page.getByLabel("Sort by")).toHaveValue("last_use");
  await tabTo(page, page.getByRole("button", { name: "Search", exact: true }));
  await keyboard.press("Enter");
  await expect(page).toHaveURL(/[?&]role=owner/);
  await expect(page).toHaveURL(/[?&]sort=last_use/);
  await expect(card(page, "Web shop")).toBeVisible();
});

test("the tabs of an account are gone through by keyboard alone", async ({ browserOf }) => {
  const page = await browserOf(owner);
  await open(page, "/accounts");
  await tabTo(page, card(page, SHARED).getByRole("link", { name: SHARED, exact: true }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: SHARED })).toBeVisible();
  const tabs = page.getByRole("navigation", { name: `Parts of ${SHARED}` });
  await expect(tabs.getByRole("link", { name: "General" })).toHaveAttribute("aria-current", "page");
  for (const { tab, shown } of [
    { tab: "Members", shown: row(page, collaborator.name) },
    { tab: "Activity", shown: page.getByRole("table", { name: `Activity of ${SHARED}` }) },
    { tab: "General", shown: page.getByRole("button", { name: "Copy username" }) },
  ]) {
    await awake(page);
    await tabTo(page, tabs.getByRole("link", { name: tab }));
    await page.keyboard.press("Enter");
    await expect(tabs.getByRole("link", { name: tab })).toHaveAttribute("aria-current", "page");
    await expect(shown).toBeVisible();
  }
});

test.describe(() => {
  test.use({ fresh: true });

  test("a request is declined with a note by keyboard alone", async ({ browserOf }) => {
    const path = await ask(await browserOf(manager), { account: SHARED, members: [teammate.name] });
    const page = await browserOf(owner);
    const { keyboard } = page;
    await open(page, `${path}/members`);
    const decline = page.getByRole("button", { name: `Decline ${teammate.name}'s request` });
    const dialog = page.getByRole("dialog", { name: `Decline ${teammate.name}'s request?` });
    await tabTo(page, decline);
    await keyboard.press("Enter");
    await expect(dialog).toBeVisible();
    await keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await expect(decline).toBeFocused();

    await keyboard.press("Space");
    await expect(dialog.getByLabel("Note to the requester (optional)")).toBeFocused();
    await keyboard.type("The season is over.");
    await tabTo(page, dialog.getByRole("button", { name: "Decline request" }));
    await keyboard.press("Enter");
    await expectTold(page, `The request for ${teammate.name} was declined.`);
    await expect(row(page, teammate.name)).toHaveCount(0);
    const managers = await browserOf(manager);
    await managers.goto("/notifications");
    await expect(managers.getByText("The season is over.")).toBeVisible();
  });

  test("a request is accepted with changes by keyboard alone", async ({ browserOf }) => {
    const asked: Asked = { account: SHARED, members: [teammate.name], role: "account_manager", accessEnd: "30" };
    const path = await ask(await browserOf(manager), asked);
    const page = await browserOf(owner);
    const { keyboard } = page;
    await open(page, `${path}/members`);
    const change = page.getByRole("button", { name: `Accept with changes to ${teammate.name}'s request` });
    const dialog = page.getByRole("dialog", { name: `Accept ${teammate.name}'s request with changes` });
    await tabTo(page, change);
    await keyboard.press("Enter");
    await expect(dialog).toBeVisible();
    await keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await expect(change).toBeFocused();

    await keyboard.press("Enter");
    await tabTo(page, dialog.getByRole("radio", { name: "Account manager" }));
    await keyboard.press("ArrowUp");
    await expect(dialog.getByRole("radio", { name: "Collaborator" })).toBeChecked();
    await tabTo(page, dialog.getByLabel("Access ends"));
    await keyboard.type("7 d");
    await expect(dialog.getByLabel("Access ends")).toHaveValue("7");
    await tabTo(page, dialog.getByRole("button", { name: "Accept", exact: true }));
    await keyboard.press("Enter");
    await expectTold(page, `${teammate.name} now has access to ${SHARED}.`);
    await expect(row(page, teammate.name).getByLabel(`Role of ${teammate.name}`)).toHaveValue("collaborator");
    await expect(row(page, teammate.name)).toContainText(/Ends \d+ \w+ \d{4}/);
  });

  test("the role of a member is changed by keyboard alone", async ({ browserOf }) => {
    const page = await membersOf(browserOf, SHARED);
    const role = page.getByLabel(`Role of ${collaborator.name}`);
    await expect(role).toHaveValue("collaborator");
    await tabTo(page, role);
    await page.keyboard.type("Account");
    await expect(role).toHaveValue("account_manager");
    await tabTo(page, page.getByRole("button", { name: `Change role of ${collaborator.name}` }));
    await page.keyboard.press("Enter");
    await expectTold(page, `${collaborator.name} is now Account manager of ${SHARED}.`);
    await expect(role).toHaveValue("account_manager");
  });

  test("a member is removed by keyboard alone, after a question that Escape takes back", async ({ browserOf }) => {
    const page = await membersOf(browserOf, SHARED);
    const { keyboard } = page;
    const remove = page.getByRole("button", { name: `Remove ${collaborator.name}` });
    const question = page.getByRole("dialog", { name: "Remove member?" });
    await tabTo(page, remove);
    await keyboard.press("Enter");
    await expect(question).toContainText(collaborator.name);
    await expect(question.getByRole("button", { name: "Cancel" })).toBeFocused();
    await keyboard.press("Escape");
    await expect(question).toBeHidden();
    await expect(remove).toBeFocused();

    await keyboard.press("Enter");
    await expect(question.getByRole("button", { name: "Cancel" })).toBeFocused();
    await keyboard.press("Enter");
    await expect(question).toBeHidden();
    await expect(remove).toBeFocused();

    await keyboard.press("Enter");
    await tabTo(page, question.getByRole("button", { name: "Remove" }));
    await keyboard.press("Enter");
    await expectTold(page, `${collaborator.name} no longer has access to ${SHARED}.`);
    await expect(row(page, collaborator.name)).toHaveCount(0);
  });

  test("notifications are read, followed and marked by keyboard alone", async ({ browserOf }) => {
    const page = await browserOf(owner);
    const { keyboard } = page;
    await open(page, "/accounts");
    await tabTo(page, page.getByRole("link", { name: "Notifications, 1 unread" }));
    await keyboard.press("Enter");
    const told = page.getByRole("listitem").filter({ hasText: newcomer.name });
    await expect(told).toContainText("Unread");
    await awake(page);
    await tabTo(page, told.getByRole("link"));
    await keyboard.press("Enter");
    await expect(page.getByRole("heading", { level: 1, name: ASKED_FOR })).toBeVisible();
    await expect(row(page, newcomer.name)).toBeInViewport();

    await open(page, "/notifications");
    await tabTo(page, page.getByRole("button", { name: "Mark all as read" }));
    await keyboard.press("Enter");
    await expect(page.getByRole("link", { name: "Notifications", exact: true })).toBeVisible();
    await expect(told).not.toContainText("Unread");
    await expect(page.getByRole("button", { name: "Mark all as read" })).toHaveCount(0);
  });
});

async function membersOf(browserOf: BrowserOf, label: string): Promise<Page> {
  const page = await browserOf(owner);
  await open(page, "/accounts");
  await open(page, `${await pathOf(page, label)}/members`);
  return page;
}

/** What became of the act stands on the page, and is read first. */
async function expectTold(page: Page, told: string): Promise<void> {
  const message = page.getByRole("main").getByRole("status").filter({ hasText: told });
  await expect(message).toBeVisible();
  await expect(message).toBeFocused();
}
