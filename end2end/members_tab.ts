/** The Members tab of an account, and the questions that are asked before somebody loses access. */
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

/** Presses Stop sharing for a partner or, at the partner's page, for an account, and waits for the question. */
export async function openStopSharing(page: Page, what: string): Promise<Locator> {
  await page.getByRole("button", { name: `Stop sharing ${what}` }).click();
  return opened(page.getByRole("dialog", { name: "Stop sharing?" }));
}

/** Presses what gives back the own access, and waits for the question. */
export async function openGiveBack(page: Page, label: string): Promise<Locator> {
  await page.getByRole("button", { name: `Give back access to ${label}` }).click();
  return opened(page.getByRole("dialog", { name: "Give back your access?" }));
}

async function opened(dialog: Locator): Promise<Locator> {
  await expect(dialog).toBeVisible();
  return dialog;
}
