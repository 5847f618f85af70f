/** The steps in which accounts are shared with a partner. */
import { expect, type Page } from "@playwright/test";

export async function expectStep(page: Page, name: string): Promise<void> {
  await expect(page.getByRole("list", { name: "Steps" }).getByText(name)).toHaveAttribute("aria-current", "step");
}

/** Goes on to the next step, or is told what is missing in this one. */
export async function proceed(page: Page): Promise<void> {
  await page.getByRole("button", { name: "Continue" }).click();
}
