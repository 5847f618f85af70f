/** The menu of workspaces, at the top of every page of a user who has several. */
import { expect, type Locator, type Page } from "@playwright/test";

/** What opens the menu. It names the workspace that the user is in. */
export function switcher(page: Page): Locator {
  return page.getByRole("banner").getByText(/Switch workspace, now \S/);
}

/** One of the menu's workspaces. */
export function choice(page: Page, workspace: string): Locator {
  return page.getByRole("banner").getByRole("button", { name: workspace, exact: true });
}

export async function expectWorkspace(page: Page, workspace: string): Promise<void> {
  await expect(switcher(page)).toHaveText(new RegExp(`now\\s+${workspace}$`));
}
