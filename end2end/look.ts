/** Looking at a page as people do who see, hear or hold the screen differently. */
import { AxeBuilder } from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";
import { HtmlValidate } from "html-validate";

const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/** WCAG 1.4.10: what 1280 px at 400 % leave. */
export const AT_400_PERCENT = { width: 320, height: 256 };
export const PHONE = { width: 360, height: 740 };
export const WIDE = { width: 1280, height: 800 };

/** Looks at what the page shows: no violation, light and dark, wide and narrow, and nothing to the side. */
export async function lookAt(page: Page): Promise<void> {
  for (const [viewport, schemes] of [
    [WIDE, ["light", "dark"]],
    [PHONE, ["dark"]],
  ] as const) {
    await page.setViewportSize(viewport);
    for (const colorScheme of schemes) {
      await page.emulateMedia({ colorScheme });
      await expectNoViolation(page);
    }
    await expectNoSidewaysScrolling(page);
  }
  await page.setViewportSize(AT_400_PERCENT);
  await expectNoSidewaysScrolling(page);
}

async function expectNoViolation(page: Page): Promise<void> {
  // A colour that is still changing is none that anybody reads.
  await page.evaluate(() => Promise.allSettled(document.getAnimations().map((animation) => animation.finished)));
  const { violations } = await new AxeBuilder({ page }).withTags(WCAG).analyze();
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

/** What the server has written is HTML as the standard has it. */
export async function expectValid(written: string | undefined): Promise<void> {
  // The framework marks places with `<!>`, which browsers read as an empty comment and the standard calls an error.
  const html = written?.replaceAll("<!>", "<!---->") ?? "";
  const { results } = await new HtmlValidate({ extends: ["html-validate:standard"] }).validateString(html);
  expect(results.flatMap(({ messages }) => messages)).toEqual([]);
}
