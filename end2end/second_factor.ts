/** One-time codes beside the password, as somebody sets them up and is asked for them. */
import { expect, type Locator, type Page } from "@playwright/test";
import { code } from "./one_time_code.ts";

/** Where a code is typed: for the set-up, and as the second step of signing in. */
export function codeBox(page: Page): Locator {
  return page.getByRole("textbox", { name: "Code" });
}

/** The recovery codes, on the one page that shows them. */
export function recoveryCodes(page: Page): Locator {
  return page.getByText(/^[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}$/);
}

/** Begins to set up one-time codes. Gives the secret. */
export async function beginSetUp(page: Page): Promise<string> {
  await page.goto("/settings/security");
  await page.getByRole("button", { name: "Set up one-time codes" }).click();
  await expect(page.getByRole("img", { name: /^QR code/ })).toBeVisible();
  return page.getByText(/^([A-Z2-7]{4} ?){8}$/).innerText();
}

/** Enters what the app shows, or is said to show. */
export async function turnOn(page: Page, typed: string): Promise<void> {
  await codeBox(page).fill(typed);
  await page.getByRole("button", { name: "Turn on one-time codes" }).click();
}

/** Sets up one-time codes, and leaves the browser at the recovery codes. Gives the secret. */
export async function setUpCodes(page: Page): Promise<string> {
  const secret = await beginSetUp(page);
  await turnOn(page, code(secret));
  await expect(page.getByRole("heading", { name: "One-time codes are set up" })).toBeVisible();
  return secret;
}

/** Enters a code at the second step of signing in. */
export async function enter(page: Page, typed: string): Promise<void> {
  await codeBox(page).fill(typed);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}
