/** Looking at a page as people do who see, hear or hold the screen differently. */
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/** WCAG 1.4.10: what 1280 px at 400 % leave. */
export const AT_400_PERCENT = { width: 320, height: 256 };
export const PHONE = { width: 360, height: 740 };
export const WIDE = { width: 1280, height: 800 };

/** Looks at what the page shows: no violation, light and dark, wide and narrow, and nothing to the side. */
export async function lookAt(page: Page): Promise<void> {
  await page.setViewportSize(WIDE);
  await page.emulateMedia({ colorScheme: "light" });
  await expectNoViolation(page);
  await expectNoSidewaysScrolling(page);
  // In the dark nothing but the colours is different.
  await page.emulateMedia({ colorScheme: "dark" });
  await expectNoViolation(page, ["color-contrast"]);
  await page.setViewportSize(PHONE);
  await expectNoViolation(page);
  await expectNoSidewaysScrolling(page);
  await page.setViewportSize(AT_400_PERCENT);
  await expectNoSidewaysScrolling(page);
}

/** By all rules of WCAG, or by these alone. */
async function expectNoViolation(page: Page, rules?: string[]): Promise<void> {
  // A colour that is still changing is none that anybody reads. What never ends has no end to go to.
  await page.evaluate(() => {
    for (const animation of document.getAnimations()) {
      if (animation.effect?.getComputedTiming().endTime === Infinity) animation.cancel();
      else animation.finish();
    }
  });
  // Our pages have no frames, so the results need no page of their own to be put together in.
  const axe = new AxeBuilder({ page }).setLegacyMode(true);
  const { violations } = await (rules === undefined ? axe.withTags(WCAG) : axe.withRules(rules)).analyze();
  const told = violations.map(({ id, help, nodes }) => ({ id, help, where: nodes.map(({ html, failureSummary }) => ({ html, failureSummary })) }));
  expect(told).toEqual([]);
}

/** Everything that the page shows is within its width. */
export async function expectNoSidewaysScrolling(page: Page): Promise<void> {
  const over = await page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll("dialog[open]")]
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
      .map(({ tagName, scrollWidth, clientWidth }) => `${tagName}: ${scrollWidth} in ${clientWidth} px`),
  );
  expect(over, "scrolls sideways").toEqual([]);
}
