/** Every page and every state of the dialogs, for people who see, hear or hold the screen differently. */
import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "@playwright/test";
import { expect, open, test, type BrowserOf } from "../fixtures.ts";
import { askAtLength, DIALOG, FAILURES, PAGES, ROW_DIALOGS, SENT, type State } from "../states.ts";
import { manager, owner, secondOwner } from "../story.ts";

const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];
/** WCAG 1.4.10: what 1280 px at 400 % leave. */
const AT_400_PERCENT = { width: 320, height: 256 };
const PHONE = { width: 360, height: 740 };
const WIDE = { width: 1280, height: 800 };

test.beforeEach(({ complaints }) => {
  complaints.expect(/Failed to load resource|error reaching server to call server function/);
});

for (const state of [...PAGES, ...FAILURES, ...DIALOG, ...ROW_DIALOGS]) {
  test(`${state.name}: no violation, light and dark, wide and narrow`, async ({ browserOf }) => {
    await look(state, browserOf);
  });
}

test.describe(() => {
  test.use({ fresh: true });

  test("a request sent: no violation, light and dark, wide and narrow", async ({ browserOf }) => {
    await look(SENT, browserOf);
  });

  test("long words stay inside the page", async ({ browserOf }) => {
    const path = await askAtLength(browserOf);
    const owners = await browserOf(owner);
    await open(owners, `${path}/members`);
    for (const viewport of [WIDE, PHONE, AT_400_PERCENT]) {
      await owners.setViewportSize(viewport);
      await expectNoSidewaysScrolling(owners);
    }
  });
});

test("with reduced motion everything works as it does otherwise", async ({ browserOf }) => {
  const reduced: BrowserOf = (person, options) => browserOf(person, { ...options, reducedMotion: "reduce" });
  for (const state of [DIALOG[0], ROW_DIALOGS[0]]) {
    const page = await state?.show(reduced);
    const moving = await page?.evaluate(() => document.getAnimations().filter(({ playState }) => playState === "running").length);
    expect(moving).toBe(0);
  }
});

test("the skip link leads past the navigation", async ({ browserOf }) => {
  const page = await browserOf(manager);
  await open(page, "/accounts");
  await page.keyboard.press("Tab");
  const skip = page.getByRole("link", { name: "Skip to the main part" });
  await expect(skip).toBeFocused();
  await expect(skip).toBeInViewport();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(page.getByLabel("Search accounts")).toBeFocused();
});

test("on a phone the navigation is a drawer", async ({ browserOf }) => {
  const page = await browserOf(secondOwner, { viewport: PHONE });
  await open(page, "/notifications");
  const link = page.getByRole("navigation", { name: "Main" }).getByRole("link", { name: "All accounts" });
  await expect(link).toBeHidden();
  await page.getByRole("button", { name: "Menu", exact: true }).click();
  await expect(link).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(link).toBeHidden();
  await page.getByRole("button", { name: "Menu", exact: true }).click();
  await link.click();
  await expect(page).toHaveURL("/accounts");
});

async function look(state: State, browserOf: BrowserOf): Promise<void> {
  const page = await state.show(browserOf);
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

async function expectNoSidewaysScrolling(page: Page): Promise<void> {
  const over = await page.evaluate(() =>
    [document.documentElement, ...document.querySelectorAll("dialog[open]")]
      .filter(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth)
      .map(({ tagName, scrollWidth, clientWidth }) => `${tagName}: ${scrollWidth} in ${clientWidth} px`),
  );
  expect(over, "scrolls sideways").toEqual([]);
}
