/** Pages of an account's life: added, imported, changed, given on, deleted and restored. */
import { expect, type Page } from "@playwright/test";
import { choose, FILE } from "./account_import.ts";
import { deleteAccount, pathOf, restoreAccount } from "./account_list.ts";
import { open } from "./fixtures.ts";
import { openGiveBack } from "./members_tab.ts";
import { acted, below, page, type State } from "./state.ts";
import { admin, collaborator, owner, secondOwner, SHARED, teammate, UNSHARED } from "./story.ts";

/** The account to which the collaborator's access ends. */
const ENDING = "Newsletter";

export const ACCOUNT_PAGES: readonly State[] = [
  page("Add account", owner, "/accounts/new"),
  page("Settings of an account", owner, below(SHARED, "/settings")),
  page("Delete an account that guests have", owner, below(SHARED, "/delete")),
  page("Deleted accounts, none", teammate, "/accounts/deleted"),
  page("Accounts without an owner, none", admin, "/accounts/without-owner"),
  page("Share an account, with whom", owner, below(UNSHARED, "/share")),
  page("Members, shared with a partner", owner, below(SHARED, "/members")),
  page("Add members to an account, found", owner, below(UNSHARED, "/add-members?typed=a")),
  page("Extend access", collaborator, below(ENDING, "/extend-access")),
  page("Import accounts", teammate, "/accounts/import"),
  acted("Import accounts, line by line", teammate, async (page) => {
    await page.goto("/accounts/import");
    await choose(page, "passwords.csv", FILE);
    await expect(page.getByRole("table", { name: "Ready to be imported" })).toBeVisible();
  }),
];

/** A form of an account that has been sent with nothing in it. */
function refused(name: string, path: string, button: string, empty?: (page: Page) => Promise<void>): State {
  return acted(`${name}, refused`, owner, async (page) => {
    await page.goto("/accounts");
    await page.goto(path.startsWith("/accounts") ? path : await below(UNSHARED, path)(page));
    await empty?.(page);
    await page.getByRole("button", { name: button, exact: true }).click();
    await expect(page.getByRole("alert")).toBeVisible();
  });
}

export const ACCOUNT_FAILURES: readonly State[] = [
  refused("Add account", "/accounts/new", "Add account"),
  refused("Settings of an account", "/settings", "Save", (page) => page.getByLabel("Label").fill("")),
  refused("Delete an account", "/delete", "Delete account"),
  refused("Add members to an account", "/add-members", "Add members"),
  refused("Import accounts", "/accounts/import", "Continue"),
  acted("Import accounts, without labels", teammate, async (page) => {
    await page.goto("/accounts/import");
    await choose(page, "accounts.csv", "Service;User\nShopify;studio");
    await page.getByRole("button", { name: "Show again" }).click();
    await expect(page.getByRole("alert")).toContainText("Choose the column that has the labels.");
  }),
];

export const ACCOUNT_DIALOGS: readonly State[] = [
  acted("Give back your access?", collaborator, async (page) => {
    await open(page, "/accounts");
    await open(page, await pathOf(page, SHARED));
    await openGiveBack(page, SHARED);
  }),
];

/** Each changes what there is. */
export const ACCOUNT_AFTER_ACTS: readonly State[] = [
  acted("Deleted accounts", owner, async (page) => {
    await deleteShared(page);
    await page.goto("/accounts/deleted");
  }),
  acted("Members, with access that waits for an owner", owner, async (page) => {
    await deleteShared(page);
    await restoreAccount(page, SHARED);
    await expect(page.getByRole("region", { name: "Access that waits for you" })).toBeVisible();
  }),
  acted("Settings of an account, changed meanwhile", secondOwner, async (page, browserOf) => {
    await page.goto("/accounts");
    const path = `${await pathOf(page, SHARED)}/settings`;
    await page.goto(path);
    await saveUsername(page, "harbor.other", async () => {
      const other = await browserOf(owner);
      await other.goto(path);
      await saveUsername(other, "harbor.new");
      await expect(other.getByText(`${SHARED} is saved.`)).toBeVisible();
    });
    await expect(page.getByText("Saved meanwhile: harbor.new")).toBeVisible();
  }),
];

async function deleteShared(page: Page): Promise<void> {
  await page.goto("/accounts");
  await deleteAccount(page, await pathOf(page, SHARED), SHARED);
}

async function saveUsername(page: Page, username: string, meanwhile?: () => Promise<void>): Promise<void> {
  await page.getByLabel("Username").fill(username);
  await meanwhile?.();
  await page.getByRole("button", { name: "Save", exact: true }).click();
}
