/**
 * Every page and every state of the dialogs, for people who see, hear or hold the screen differently: light and dark, wide,
 * on a phone and at 400 %. And what the server has written for it, for machines.
 */
import { expect, open, test, type BrowserOf } from "../fixtures.ts";
import { AT_400_PERCENT, expectNoSidewaysScrolling, lookAt, PHONE, WIDE } from "../look.ts";
import { expectTheSame, expectValid, showWritten } from "../markup.ts";
import { AFTER_ACTS, askAtLength, DIALOG, FAILURES, PAGES, ROW_DIALOGS } from "../states.ts";
import { manager, owner, secondOwner } from "../story.ts";

test.beforeEach(({ complaints }) => {
  complaints.expect(/Failed to load resource|error reaching server to call server function/);
});

for (const state of PAGES) {
  test(`${state.name}: valid, the same once it is awake, and no violation`, async ({ browserOf }) => {
    const { page, html } = await showWritten(state, browserOf);
    await expectValid(html);
    await expectTheSame(page, html);
    await lookAt(page);
  });
}

for (const state of FAILURES) {
  test(`${state.name}: valid, and no violation`, async ({ browserOf }) => {
    const { page, html } = await showWritten(state, browserOf);
    await expectValid(html);
    await lookAt(page);
  });
}

for (const state of [...DIALOG, ...ROW_DIALOGS]) {
  test(`${state.name}: no violation`, async ({ browserOf }) => {
    await lookAt(await state.show(browserOf));
  });
}

test.describe(() => {
  test.use({ fresh: true });

  for (const state of AFTER_ACTS) {
    test(`${state.name}: valid, and no violation`, async ({ browserOf }) => {
      const { page, html } = await showWritten(state, browserOf);
      await expectValid(html);
      await lookAt(page);
    });
  }

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
  await expect(page.getByRole("main").getByRole("link").first()).toBeFocused();
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
