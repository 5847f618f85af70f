/** Partners: their list, a partner's page, and the ways to a partnership. */
import { expect, type Locator, type Page } from "@playwright/test";

/** The own workspace ID, as the Partners page shows it. */
export async function ownId(page: Page): Promise<string> {
  await page.goto("/partners");
  return (await page.getByRole("region", { name: "Your workspace ID" }).locator("code").innerText()).trim();
}

/** A partner in the list. */
export function partner(page: Page, name: string | RegExp): Locator {
  return page.getByRole("region", { name: "Your partners" }).getByRole("listitem").filter({ hasText: name });
}

/** What can be filled in to add a partner: on the page of its own or in the dialog. */
export function proposal(within: Page | Locator) {
  return {
    workspaceId: within.getByLabel("Workspace ID"),
    contact: within.getByLabel("Contact’s email address"),
    reason: within.getByLabel("Reason"),
    send: within.getByRole("button", { name: "Send request" }),
  };
}

/** Proposes a partnership on the page of its own. Leaves the browser at the partner's page. */
export async function propose(page: Page, workspaceId: string, contact: string, reason?: string): Promise<void> {
  await page.goto("/partners/add");
  const form = proposal(page.getByRole("main"));
  await form.workspaceId.fill(workspaceId);
  await form.contact.fill(contact);
  if (reason !== undefined) await form.reason.fill(reason);
  await form.send.click();
  await expect(page).toHaveURL(/\/partners\/[0-9a-f-]{36}$/);
}

/** Where the partnership stands, by the badge beside the partner's name. */
export async function expectState(page: Page, state: string): Promise<void> {
  await expect(page.getByRole("main").getByText(state, { exact: true }).first()).toBeVisible();
}

/** Presses what leads to an act and, where the act has a page of its own, its button there. */
export async function act(page: Page, name: string): Promise<void> {
  await page.getByRole("main").getByRole("link", { name, exact: true }).click();
  await page.getByRole("main").getByRole("button", { name, exact: true }).click();
}
