/** Finding one's way by Tab alone. */
import { expect, type Locator, type Page } from "@playwright/test";

/** Presses Tab until this has the focus, as far as a page goes. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await expect(target).toBeVisible();
  for (let pressed = 0; pressed < 80; pressed += 1) {
    await page.keyboard.press("Tab");
    if (await target.evaluate((element) => element === document.activeElement)) return;
  }
  throw new Error(`Tab never reaches ${target}`);
}
