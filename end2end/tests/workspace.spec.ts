/** Switching between workspaces: the account manager of one company is a member of the other, too. */
import type { Page } from "@playwright/test";
import { card } from "../account_list.ts";
import { awake, expect, open, test, type BrowserOf } from "../fixtures.ts";
import { joined } from "../found.ts";
import { tabTo } from "../keyboard.ts";
import { lookAt, PHONE } from "../look.ts";
import type { Program } from "../program.ts";
import { GUEST, HOST, manager, owner, SHARED, UNSHARED } from "../story.ts";
import { choice, expectWorkspace, switcher } from "../workspace_menu.ts";

test.describe(() => {
  test.use({ fresh: true });

  for (const { how, options } of [
    { how: "on a wide screen", options: { viewport: { width: 1280, height: 800 } } },
    { how: "on a phone", options: { viewport: PHONE } },
    { how: "with scripts switched off", options: { javaScriptEnabled: false } },
  ]) {
    test(`whoever belongs to two companies switches between them, ${how}`, async ({ program, browserOf }) => {
      await joined(program, manager, HOST, UNSHARED);
      const page = await browserOf(manager, options);
      await page.goto("/notifications");
      await expectWorkspace(page, GUEST);
      await expect(choice(page, HOST)).toBeHidden();
      await switcher(page).click();
      await expect(choice(page, GUEST)).toHaveAttribute("aria-current", "true");
      await expect(choice(page, HOST)).not.toHaveAttribute("aria-current");
      await expect(choice(page, HOST)).toBeInViewport({ ratio: 1 });

      await choice(page, HOST).click();
      await expectTheHost(page);
      await switcher(page).click();
      await expect(choice(page, HOST)).toHaveAttribute("aria-current", "true");
      await choice(page, GUEST).click();
      await expectTheGuest(page);
    });
  }

  test("whoever belongs to two companies switches between them by keyboard alone", async ({ program, browserOf }) => {
    const page = await inTwoCompanies(program, browserOf);
    const { keyboard } = page;
    await tabTo(page, switcher(page));
    await keyboard.press("Enter");
    await tabTo(page, choice(page, HOST));
    await keyboard.press("Enter");
    await expectTheHost(page);
    await awake(page);
    await tabTo(page, switcher(page));
    await keyboard.press("Space");
    await tabTo(page, choice(page, GUEST));
    await keyboard.press("Space");
    await expectTheGuest(page);
  });

  test("the workspace is kept until the next sign-in, and after it", async ({ program, browserOf }) => {
    const page = await inTwoCompanies(program, browserOf);
    await switcher(page).click();
    await choice(page, HOST).click();
    await expectTheHost(page);
    await page.reload();
    await expectTheHost(page);
    await expectTheHost(await opened(await browserOf(manager)));
  });

  test("accounts of the other company are not found until one has switched", async ({ program, browserOf, complaints }) => {
    complaints.expect(/status of 404/);
    const page = await inTwoCompanies(program, browserOf);
    await switcher(page).click();
    await choice(page, HOST).click();
    await card(page, UNSHARED).getByRole("link", { name: UNSHARED, exact: true }).click();
    await expect(page.getByRole("heading", { level: 1, name: UNSHARED })).toBeVisible();
    const path = page.url();
    await switcher(page).click();
    await choice(page, GUEST).click();
    await expectTheGuest(page);
    expect((await page.goto(path))?.status()).toBe(404);
    await expect(page.getByRole("heading", { level: 1, name: "Page not found" })).toBeVisible();
    await expectWorkspace(page, GUEST);
  });

  test("the menu of workspaces, open: no violation, light and dark, wide and narrow", async ({ program, browserOf }) => {
    const page = await inTwoCompanies(program, browserOf);
    await switcher(page).click();
    await expect(choice(page, HOST)).toBeVisible();
    await lookAt(page);
  });
});

test("whoever belongs to one company has nothing to switch", async ({ browserOf }) => {
  const page = await opened(await browserOf(owner));
  await expect(page.getByRole("banner").getByText(HOST, { exact: true })).toBeVisible();
  await expect(switcher(page)).toHaveCount(0);
});

/** All accounts of the manager, who is a member of the host, too. */
async function inTwoCompanies(program: Program, browserOf: BrowserOf): Promise<Page> {
  await joined(program, manager, HOST, UNSHARED);
  return opened(await browserOf(manager));
}

async function opened(page: Page): Promise<Page> {
  await open(page, "/accounts");
  return page;
}

async function expectTheHost(page: Page): Promise<void> {
  await expect(page).toHaveURL("/accounts");
  await expectWorkspace(page, HOST);
  await expect(card(page, UNSHARED)).toBeVisible();
  await expect(card(page, SHARED)).toHaveCount(0);
}

async function expectTheGuest(page: Page): Promise<void> {
  await expect(page).toHaveURL("/accounts");
  await expectWorkspace(page, GUEST);
  await expect(card(page, SHARED)).toBeVisible();
  await expect(card(page, UNSHARED)).toHaveCount(0);
}
