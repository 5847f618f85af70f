/** All accounts, as people find their way in it. */
import { expect, type Locator, type Page } from "@playwright/test";

/** The card of an account. */
export function card(page: Page, label: string): Locator {
  return page.getByRole("article", { name: label, exact: true });
}

/** The card's button that opens the request form. */
export function requestButton(page: Page, label: string): Locator {
  return card(page, label).getByRole("button", { name: "Request share access for this account" });
}

/** The path of an account's page, read from its card on the page that is open. */
export async function pathOf(page: Page, label: string): Promise<string> {
  const path = await card(page, label).getByRole("link", { name: label, exact: true }).getAttribute("href");
  if (path === null) throw new Error(`the card of ${label} leads nowhere`);
  return path;
}

/** Adds an account on the page of its own, with what it must have. Whoever adds it is its only Owner. */
export async function addAccount(page: Page, label: string): Promise<void> {
  await page.goto("/accounts/new");
  await page.getByLabel("Label").fill(label);
  await page.getByLabel("App", { exact: true }).fill("Anything");
  await page.getByRole("button", { name: "Add account" }).click();
  await expect(page.getByText(`${label} is added. You are its Owner.`)).toBeVisible();
}

/** Deletes the account of this path. Leaves the browser at All accounts. */
export async function deleteAccount(page: Page, path: string, label: string): Promise<void> {
  await page.goto(`${path}/delete`);
  await page.getByLabel("Reason").fill("A mistake.");
  await page.getByRole("button", { name: "Delete account" }).click();
  await expect(page.getByText(`${label} is deleted.`)).toBeVisible();
}

/** Restores a deleted account. Leaves the browser at its Members tab. */
export async function restoreAccount(page: Page, label: string): Promise<void> {
  await page.goto("/accounts/deleted");
  await page.getByRole("button", { name: `Restore ${label}` }).click();
  await expect(page.getByText(`${label} is restored.`)).toBeVisible();
}
