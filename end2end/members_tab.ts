/** The Members tab of an account. */
import { expect, type Locator, type Page } from "@playwright/test";

/** The row of a member, or of the request for them. */
export function row(page: Page, name: string): Locator {
  return page.getByRole("row", { name });
}

export function accept(page: Page, name: string): Locator {
  return page.getByRole("button", { name: `Accept ${name}'s request`, exact: true });
}

/** Opens "Accept with changes" for a member, and waits for its dialog. */
export async function openAcceptWithChanges(page: Page, name: string): Promise<Locator> {
  await page.getByRole("button", { name: `Accept with changes to ${name}'s request` }).click();
  return opened(page.getByRole("dialog", { name: `Accept ${name}'s request with changes` }));
}

/** Presses Decline for a member, and waits for its dialog. */
export async function openDecline(page: Page, name: string): Promise<Locator> {
  await page.getByRole("button", { name: `Decline ${name}'s request` }).click();
  return opened(page.getByRole("dialog", { name: `Decline ${name}'s request?` }));
}

/** Presses Remove for a member, and waits for the question. */
export async function openRemove(page: Page, name: string): Promise<Locator> {
  await page.getByRole("button", { name: `Remove ${name}` }).click();
  return opened(page.getByRole("dialog", { name: "Remove member?" }));
}

async function opened(dialog: Locator): Promise<Locator> {
  await expect(dialog).toBeVisible();
  return dialog;
}
