/** All accounts, as people find their way in it. */
import type { Locator, Page } from "@playwright/test";

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
