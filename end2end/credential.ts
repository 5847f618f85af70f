/** The secrets of an account, as people use and keep them. */
import { expect, type Locator, type Page } from "@playwright/test";
import { card, pathOf } from "./account_list.ts";

/** The passwords that the demo keeps. */
export const SHARED_PASSWORD = "demo-password-of-harbor.coffee";
/** The secret of the one-time codes that the demo keeps for the shared account. */
export const CODE_SECRET = "JBSWY3DPEHPK3PXP";
/** A hidden field of the shared account. */
export const PIN = { name: "Support PIN", value: "4711" };

/** Answers for the sites that the demo's accounts log in to. */
export async function standInForSites(page: Page): Promise<void> {
  await page.context().route(/^https:\/\/[a-z-]+\.example\//, (route) =>
    route.fulfill({ contentType: "text/html", body: "<title>A site</title><h1>A site</h1>" }),
  );
}

/** The panel beside a log-in. */
export function panel(page: Page, label: string): Locator {
  return page.getByRole("dialog", { name: `Log in to ${label}` });
}

/** Logs in on the card of an account. The site opens in a tab of its own; this page comes back to the front, with the panel. */
export async function logIn(page: Page, label: string): Promise<Locator> {
  const opened = page.waitForEvent("popup");
  await card(page, label).getByRole("button", { name: "Log in", exact: true }).click();
  await opened;
  await page.bringToFront();
  const shown = panel(page, label);
  await expect(shown.getByRole("button", { name: "Copy username" })).toBeVisible();
  return shown;
}

/** What is in the clipboard. */
export async function clipboard(page: Page): Promise<string> {
  return page.evaluate(() => navigator.clipboard.readText());
}

/** Goes to a part of an account's page, found by its card. Gives the path of the account. */
export async function goToPart(page: Page, label: string, part: "" | "/secrets" | "/exposure" | "/members"): Promise<string> {
  await page.goto("/accounts");
  const path = await pathOf(page, label);
  await page.goto(`${path}${part}`);
  return path;
}

/** Stores a password on the Secrets tab that is open. */
export async function storePassword(page: Page, label: string, password: string): Promise<void> {
  await page.getByLabel("New password").fill(password);
  await page.getByRole("button", { name: "Store password" }).click();
  await expect(page.getByText(`The password of ${label} is stored.`)).toBeVisible();
}
