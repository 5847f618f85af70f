/** Secrets of accounts, kept, shown and exposed, for tests that look at each page. */
import { expect, type Page } from "@playwright/test";
import { goToPart, logIn, panel, standInForSites, storePassword } from "./credential.ts";
import { awake, open } from "./fixtures.ts";
import { openRemove } from "./members_tab.ts";
import { acted, below, page, type State } from "./state.ts";
import { collaborator, owner, SHARED, teammate } from "./story.ts";

export const CREDENTIAL_PAGES: readonly State[] = [
  page("General, for an owner", owner, below(SHARED, "")),
  page("Secrets of an account", owner, below(SHARED, "/secrets")),
  page("Exposure of an account", owner, below(SHARED, "/exposure")),
  page("Earlier passwords", owner, below(SHARED, "/passwords")),
  page("Password of an account", owner, below(SHARED, "/password")),
  page("Passwords to change, none", teammate, "/accounts/passwords-to-change"),
];

export const CREDENTIAL_FAILURES: readonly State[] = [
  acted("Store password, refused", owner, async (page) => {
    await goToPart(page, SHARED, "/secrets");
    await page.getByRole("button", { name: "Store password" }).click();
    await expect(page.getByRole("alert")).toBeVisible();
  }),
  acted("Add field, refused", owner, async (page) => {
    await goToPart(page, SHARED, "/secrets");
    await page.getByRole("button", { name: "Add field" }).click();
    await expect(page.getByRole("alert")).toBeVisible();
  }),
];

export const CREDENTIAL_DIALOGS: readonly State[] = [
  acted("Remove password?", owner, async (page) => {
    await open(page, `${await goToPart(page, SHARED, "")}/secrets`);
    await page.getByRole("button", { name: "Remove password" }).click();
    await expect(page.getByRole("dialog", { name: "Remove password?" })).toBeVisible();
  }),
  acted("Generate a password", owner, async (page) => {
    await open(page, "/accounts/new");
    await page.locator("summary").filter({ hasText: "Generate a password" }).click();
    await page.getByRole("button", { name: "Generate", exact: true }).click();
    await expect(page.getByText("Strength: Strong.")).toBeVisible();
  }),
];

/** Each changes what there is. */
export const CREDENTIAL_AFTER_ACTS: readonly State[] = [
  acted("Log in, the panel", collaborator, async (page) => {
    await standInForSites(page);
    await open(page, "/accounts");
    await logIn(page, SHARED);
    await expect(panel(page, SHARED)).toBeVisible();
  }),
  acted("General, with a password and a code shown", owner, async (page) => {
    await open(page, await goToPart(page, SHARED, ""));
    await page.getByRole("button", { name: "Show password" }).click();
    await expect(page.getByRole("button", { name: "Hide password" })).toBeVisible();
    await page.getByRole("button", { name: "Show code" }).click();
    await expect(page.getByRole("button", { name: "Hide code" })).toBeVisible();
  }),
  acted("Exposure, with a password to change", owner, async (page, browserOf) => {
    await exposed(await browserOf(collaborator, { permissions: ["clipboard-write"] }));
    await removed(page);
    await goToPart(page, SHARED, "/exposure");
    await expect(page.getByText(`Change this password: ${collaborator.name} has seen it`)).toBeVisible();
  }),
  acted("Passwords to change", owner, async (page, browserOf) => {
    await exposed(await browserOf(collaborator, { permissions: ["clipboard-write"] }));
    await removed(page);
    await page.goto("/accounts/passwords-to-change");
    await expect(page.getByRole("row", { name: SHARED })).toBeVisible();
  }),
  acted("Earlier passwords, several", owner, async (page) => {
    const path = await goToPart(page, SHARED, "/secrets");
    await storePassword(page, SHARED, "a new one, for the autumn");
    await page.goto(`${path}/passwords`);
    await expect(page.getByRole("row", { name: "Version 1" })).toBeVisible();
  }),
];

async function exposed(page: Page): Promise<void> {
  await goToPart(page, SHARED, "");
  await awake(page);
  await page.getByRole("button", { name: "Copy password" }).click();
  await expect(page.getByText("Copied. It leaves the clipboard after 60 seconds.")).toBeVisible();
}

async function removed(page: Page): Promise<void> {
  await goToPart(page, SHARED, "/members");
  const question = await openRemove(page, collaborator.name);
  await question.getByRole("button", { name: "Remove" }).click();
  await expect(page.getByText(`${collaborator.name} no longer has access to ${SHARED}.`)).toBeVisible();
}
