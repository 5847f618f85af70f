/** All members, as Admins find their way in it. */
import { expect, type Locator, type Page } from "@playwright/test";

/** The row of a member, or of somebody who is invited. */
export function memberRow(page: Page, name: string): Locator {
  return page.getByRole("row").filter({ has: page.getByRole("rowheader", { name }) });
}

/** Invites on the page of its own. Leaves the browser at All members, where the answer stands. */
export async function invite(page: Page, addresses: string): Promise<void> {
  await page.goto("/members/invite");
  await page.getByLabel("Email addresses").fill(addresses);
  await page.getByRole("button", { name: "Send invitations" }).click();
  await expect(page).toHaveURL("/members");
}

/** Has the link of an invitation shown, in All members. */
export async function invitationLink(page: Page, address: string): Promise<string> {
  await page.getByRole("button", { name: `Copy invitation link of ${address}` }).click();
  return page.getByText(/\/join\?token=/).innerText();
}
