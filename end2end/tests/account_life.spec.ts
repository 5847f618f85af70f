/** An account from being added to being restored, as its owner, its guests and an Admin see it. */
import type { BrowserContextOptions } from "@playwright/test";
import { card, deleteAccount, pathOf, restoreAccount } from "../account_list.ts";
import { expect, open, test } from "../fixtures.ts";
import { tabTo } from "../keyboard.ts";
import { collaborator, manager, owner, secondOwner, SHARED, teammate } from "../story.ts";

const WAYS: { how: string; options: BrowserContextOptions }[] = [
  { how: "with scripts", options: {} },
  { how: "without scripts", options: { javaScriptEnabled: false } },
];

test.describe(() => {
  test.use({ fresh: true });

  for (const { how, options } of WAYS) {
    test(`an account is added, changed, deleted and restored, ${how}`, async ({ browserOf, complaints }) => {
      complaints.expect(/status of (404|422)/);
      // A teammate of the guest's company: whoever is a member adds accounts of their own company.
      const page = await browserOf(teammate, options);
      await page.goto("/accounts");
      await page.getByRole("link", { name: "Add account" }).click();
      await expect(page.getByRole("heading", { level: 1, name: "Add account" })).toBeVisible();
      await page.getByLabel("Login URL").fill("ftp://shop.example");
      await page.getByRole("textbox", { name: "Note" }).fill("Prices change on Mondays.");
      await page.getByRole("button", { name: "Add account" }).click();
      const problems = page.getByRole("alert");
      await expect(problems.getByRole("link")).toHaveText([
        "Enter a label.",
        "Enter the name of the app.",
        "Enter the login URL so that it begins with https:// or http://.",
      ]);
      await expect(page).toHaveTitle(/^Error: Add account/);
      await expect(page.getByRole("textbox", { name: "Note" })).toHaveValue("Prices change on Mondays.");

      await page.getByLabel("Label").fill("Studio shop");
      await page.getByLabel("App").fill("shopify");
      await page.getByLabel("Login URL").fill("");
      await page.getByLabel("Username").fill("studio");
      await page.getByRole("button", { name: "Add account" }).click();
      await expect(page.getByText("Studio shop is added. You are its Owner.")).toBeVisible();
      const path = new URL(page.url()).pathname;
      await expect(page.getByText("https://accounts.shopify.com/")).toBeVisible();

      await page.getByRole("navigation", { name: "Parts of Studio shop" }).getByRole("link", { name: "Settings" }).click();
      await page.getByLabel("Label").fill("Studio web shop");
      await page.getByRole("button", { name: "Save" }).click();
      await expect(page.getByText("Studio web shop is saved.")).toBeVisible();
      await expect(page.getByLabel("Label")).toHaveValue("Studio web shop");

      await page.getByRole("link", { name: "Delete account" }).click();
      await expect(page.getByText("No partner has access to it.")).toBeVisible();
      await page.getByRole("button", { name: "Delete account" }).click();
      await expect(page.getByRole("alert").getByRole("link", { name: /^Say why/ })).toBeVisible();
      await page.getByLabel("Reason").fill("The shop has closed.");
      await page.getByRole("button", { name: "Delete account" }).click();
      await expect(page.getByText("Studio web shop is deleted.")).toBeVisible();
      await expect(card(page, "Studio web shop")).toHaveCount(0);
      expect((await page.goto(path))?.status()).toBe(404);

      await page.goto("/accounts");
      await page.getByRole("link", { name: "Deleted accounts" }).click();
      await expect(page.getByRole("row", { name: /Studio web shop/ })).toContainText("The shop has closed.");
      await page.getByRole("button", { name: "Restore Studio web shop" }).click();
      await expect(page.getByText("Studio web shop is restored.")).toBeVisible();
      await page.goto("/accounts");
      await expect(card(page, "Studio web shop")).toContainText("Shopify");
    });

    test(`guests of a restored account wait until an owner confirms them, ${how}`, async ({ browserOf, complaints }) => {
      // The page that deletes the account may hear that it is gone before its form has led on.
      complaints.expect(/status of 404/);
      const guests = await browserOf(manager, options);
      await guests.goto("/accounts");
      await expect(card(guests, SHARED)).toBeVisible();
      const page = await browserOf(owner, options);
      await page.goto("/accounts");
      const path = await pathOf(page, SHARED);
      await page.goto(`${path}/delete`);
      await expect(page.getByText("2 guests lose access, of Northlight Studio.")).toBeVisible();
      await deleteAccount(page, path, SHARED);
      await guests.goto("/accounts");
      await expect(card(guests, SHARED)).toHaveCount(0);
      await guests.goto("/notifications");
      await expect(guests.getByRole("link", { name: `deleted the account ${SHARED}.` })).toBeVisible();

      await restoreAccount(page, SHARED);
      await expect(page.getByText("2 guests had access to it, which waits until an owner confirms it.")).toBeVisible();
      await guests.goto("/accounts");
      await expect(card(guests, SHARED)).toHaveCount(0);
      const waiting = page.getByRole("region", { name: "Access that waits for you" });
      await expect(waiting.getByRole("listitem")).toHaveCount(2);
      await waiting.getByRole("button", { name: `Confirm ${manager.name}'s access` }).click();
      await expect(page.getByText(`${manager.name} has access to ${SHARED} again.`)).toBeVisible();
      await guests.goto("/accounts");
      await expect(card(guests, SHARED)).toBeVisible();
      await waiting.getByRole("button", { name: `Remove ${collaborator.name}'s access` }).click();
      await expect(page.getByText(`${collaborator.name} no longer has access to ${SHARED}.`)).toBeVisible();
      await expect(waiting).toHaveCount(0);
    });
  }

  test("an account is added by keyboard alone", async ({ browserOf }) => {
    const page = await browserOf(teammate);
    const { keyboard } = page;
    await open(page, "/accounts");
    await tabTo(page, page.getByRole("link", { name: "Add account" }));
    await keyboard.press("Enter");
    await tabTo(page, page.getByLabel("Label"));
    await keyboard.type("Studio code");
    await tabTo(page, page.getByLabel("App"));
    await keyboard.type("Our own tool");
    await keyboard.press("Enter");
    await expect(page.getByText("Studio code is added. You are its Owner.")).toBeVisible();
  });

  test("two owners who have the settings open do not replace each other's words unseen", async ({ browserOf, complaints }) => {
    complaints.expect(/status of 422/);
    const page = await browserOf(owner);
    await page.goto("/accounts");
    const path = `${await pathOf(page, SHARED)}/settings`;
    const other = await browserOf(secondOwner);
    await page.goto(path);
    await other.goto(path);
    await page.getByLabel("Username").fill("harbor.new");
    await page.getByRole("button", { name: "Save" }).click();
    await expect(page.getByText(`${SHARED} is saved.`)).toBeVisible();
    await other.getByLabel("Username").fill("harbor.other");
    await other.getByRole("button", { name: "Save" }).click();
    await expect(other.getByRole("alert")).toContainText("Another owner has changed this account");
    await expect(other.getByLabel("Username")).toHaveValue("harbor.other");
    await expect(other.getByText("Saved meanwhile: harbor.new")).toBeVisible();
    await other.getByRole("button", { name: "Save" }).click();
    await expect(other.getByText(`${SHARED} is saved.`)).toBeVisible();
  });
});

test("every account has an owner, and an Admin reads so", async ({ browserOf, complaints }) => {
  complaints.expect(/status of 403/);
  const page = await browserOf(owner);
  await page.goto("/accounts/without-owner");
  await expect(page.getByRole("heading", { name: "Every account has an owner" })).toBeVisible();
  const others = await browserOf(manager);
  expect((await others.goto("/accounts/without-owner"))?.status()).toBe(403);
});
