/** Accounts offered through a partnership: shared in steps, no more, and again; and access within the own company. */
import type { Locator, Page } from "@playwright/test";
import { card, pathOf } from "../account_list.ts";
import { awake, expect, open, test } from "../fixtures.ts";
import { tabTo } from "../keyboard.ts";
import { openGiveBack, openRemove, row } from "../members_tab.ts";
import { expectStep, proceed } from "../share_steps.ts";
import { admin, ASKED_FOR, collaborator, director, GUEST, HOST, manager, owner, secondOwner, SHARED, UNSHARED } from "../story.ts";

test.use({ fresh: true });

test.beforeEach(({ complaints }) => {
  complaints.expect(/status of 4(03|22)/);
});

/** Another account that is shared with nobody. */
const BOOKING = "Table booking";
const SHARED_TWO = `2 accounts are shared with ${GUEST}.`;

for (const { where, javaScriptEnabled } of [
  { where: "with scripts", javaScriptEnabled: true },
  { where: "with scripts switched off", javaScriptEnabled: false },
]) {
  test.describe(where, () => {
    test.use({ javaScriptEnabled });

    test("an owner shares accounts in three steps, and what is missing is said", async ({ browserOf }) => {
      const owners = await browserOf(owner);
      await owners.goto("/accounts");
      await card(owners, UNSHARED).getByRole("link", { name: "Share", exact: true }).click();
      await expect(owners.getByRole("heading", { level: 1, name: `Share ${UNSHARED}` })).toBeVisible();
      await owners.getByRole("link", { name: `Share with ${GUEST}` }).click();

      await expectStep(owners, "Accounts");
      await expect(owners.getByRole("checkbox", { name: UNSHARED })).toBeChecked();
      await owners.getByRole("checkbox", { name: UNSHARED }).uncheck();
      await proceed(owners);
      await expect(owners.getByRole("alert")).toContainText("Choose at least one account.");
      await owners.getByLabel("Search accounts").fill("book");
      await owners.getByRole("button", { name: "Search" }).click();
      await owners.getByRole("checkbox", { name: UNSHARED }).check();
      await owners.getByLabel("Search accounts").fill("seatkeeper");
      await owners.getByLabel("Search accounts").press("Enter");
      await expect(owners.getByRole("checkbox", { name: UNSHARED }), "what is ticked stays").toBeChecked();
      await owners.getByRole("checkbox", { name: BOOKING }).check();
      await proceed(owners);

      await expectStep(owners, "Role and people");
      await expect(owners.getByRole("checkbox", { name: director.name })).toBeChecked();
      await owners.getByRole("checkbox", { name: director.name }).uncheck();
      await proceed(owners);
      await expect(owners.getByRole("alert")).toContainText("Choose at least one person.");
      await owners.getByRole("checkbox", { name: director.name }).check();
      await proceed(owners);

      await expectStep(owners, "End of access");
      await expect(owners.getByRole("definition").filter({ hasText: UNSHARED })).toBeVisible();
      await owners.getByLabel("Access ends").selectOption("30 days");
      await owners.getByRole("button", { name: "Back" }).click();
      await expectStep(owners, "Role and people");
      await proceed(owners);
      await expect(owners.getByLabel("Access ends"), "and so does what was chosen later").toHaveValue("30");
      await owners.getByRole("button", { name: "Share accounts" }).click();

      await expect(owners.getByText(SHARED_TWO)).toBeVisible();
      await expect(owners).toHaveURL(/\/partners\/[^/]+\/accounts$/);
      for (const label of [UNSHARED, BOOKING]) {
        await expect(row(owners, label)).toContainText("1 person");
        await expect(row(owners, label)).toContainText("Ends");
      }
      const directors = await browserOf(director);
      await directors.goto("/accounts");
      await expect(card(directors, BOOKING)).toContainText("Account manager");
    });

    test("an account is no longer shared, and whoever had it loses it", async ({ browserOf }) => {
      const owners = await browserOf(secondOwner);
      await owners.goto("/accounts");
      await owners.goto(`${await pathOf(owners, SHARED)}/members`);
      const partner = owners.getByRole("row", { name: GUEST }).last();
      await partner.getByRole("button", { name: `Stop sharing with ${GUEST}` }).click();
      const question = owners.getByRole("dialog", { name: "Stop sharing?" });
      await expect(question).toContainText("2 people lose access at once.");
      await question.getByRole("button", { name: "Stop sharing" }).click();
      await expect(owners.getByText(`${SHARED} is no longer shared with ${GUEST}.`)).toBeVisible();
      await expect(row(owners, manager.name)).toHaveCount(0);
      for (const guest of [manager, collaborator]) {
        const page = await browserOf(guest);
        await page.goto("/accounts");
        await expect(card(page, SHARED)).toHaveCount(0);
        await page.goto("/notifications");
        await expect(page.getByRole("link", { name: `${secondOwner.name} stopped sharing ${SHARED} with ${GUEST}.` })).toBeVisible();
      }
    });

    test("a share that nobody has any more says so, and is shared again", async ({ browserOf }) => {
      const owners = await browserOf(owner);
      const accounts = await partnerTab(owners, GUEST, "Members");
      for (const guest of [collaborator, manager]) {
        const question = await openRemove(owners, guest.name);
        await expect(question).toContainText(`${guest.name} loses access to every account that is shared with ${GUEST}`);
        await question.getByRole("button", { name: "Remove" }).click();
        await expect(owners.getByText(`${guest.name} no longer has access to accounts that are shared with ${GUEST}.`)).toBeVisible();
        await expect(row(owners, guest.name)).toHaveCount(0);
      }
      await accounts.click();
      await expect(row(owners, SHARED)).toContainText("Nobody has access any more");
      await row(owners, SHARED).getByRole("link", { name: `Share again ${SHARED}` }).click();
      await expect(owners.getByRole("heading", { level: 1, name: `Share ${SHARED} again` })).toBeVisible();
      await owners.getByRole("checkbox", { name: director.name }).uncheck();
      await owners.getByRole("button", { name: "Share again" }).click();
      await expect(owners.getByRole("alert")).toContainText("Choose at least one person.");
      await expect(owners.getByRole("checkbox", { name: director.name })).not.toBeChecked();
      await owners.getByRole("checkbox", { name: director.name }).check();
      await owners.getByRole("radio", { name: "Collaborator" }).check();
      await owners.getByRole("button", { name: "Share again" }).click();
      await expect(owners.getByText(`${SHARED} is shared with ${GUEST} again.`)).toBeVisible();
      await expect(row(owners, SHARED)).toContainText("1 person");
      const directors = await browserOf(director);
      await directors.goto("/accounts");
      await expect(card(directors, SHARED)).toContainText("Collaborator");
      const managers = await browserOf(manager);
      await managers.goto("/accounts");
      await expect(card(managers, SHARED), "what was lost does not come back").toHaveCount(0);
    });

    test("an owner adds colleagues, and everyone gives back their own access", async ({ browserOf }) => {
      const owners = await browserOf(owner);
      await owners.goto("/accounts");
      const path = await pathOf(owners, UNSHARED);
      await owners.goto(`${path}/members`);
      await owners.getByRole("link", { name: "Add members" }).click();
      await owners.getByRole("button", { name: "Add members" }).click();
      await expect(owners.getByRole("alert")).toContainText("Pick at least one member");
      await owners.getByLabel("Search members by name or email address").fill("tomas");
      await owners.getByRole("button", { name: "Search" }).click();
      await expect(owners.getByText("Already has access as Owner")).toBeVisible();
      await owners.getByLabel("Search members by name or email address").fill("ayse");
      await owners.getByLabel("Search members by name or email address").press("Enter");
      await owners.getByRole("checkbox", { name: admin.name }).check();
      await owners.getByRole("radio", { name: "Owner" }).check();
      await owners.getByRole("button", { name: "Add members" }).click();
      await expect(owners.getByText(`${admin.name} now has access to ${UNSHARED} as Owner.`)).toBeVisible();
      await expect(row(owners, admin.name).getByLabel(`Role of ${admin.name}`)).toHaveValue("owner");

      const admins = await browserOf(admin);
      await admins.goto(path);
      await giveBack(admins, UNSHARED);
      await expect(admins).toHaveURL("/accounts");
      await expect(admins.getByText(`You gave back your access to ${UNSHARED}.`)).toBeVisible();
      await expect(card(admins, UNSHARED)).toHaveCount(0);
      await owners.goto(path);
      await giveBack(owners, UNSHARED);
      await expect(card(owners, UNSHARED)).toHaveCount(0);
      const last = await browserOf(secondOwner);
      await last.goto(path);
      await giveBack(last, UNSHARED);
      await expect(last.getByRole("alert")).toContainText("Make someone else Owner first.");
      await expect(last).toHaveURL(path);
    });
  });
}

test("an account is shared by keyboard alone, and appears at the partner without a reload", async ({ browserOf }) => {
  const directors = await browserOf(director);
  await open(directors, "/accounts");
  await directors.evaluate(() => Object.assign(window, { notReloaded: true }));
  const owners = await browserOf(owner);
  const { keyboard } = owners;
  await open(owners, "/accounts?search=bookkeeping");
  await press(owners, card(owners, UNSHARED).getByRole("link", { name: "Share", exact: true }));
  await press(owners, owners.getByRole("link", { name: `Share with ${GUEST}` }));
  await expectStep(owners, "Accounts");
  await press(owners, owners.getByRole("button", { name: "Continue" }));
  await expectStep(owners, "Role and people");
  await tabTo(owners, owners.getByRole("checkbox", { name: director.name }));
  await keyboard.press("Space");
  await keyboard.press("Space");
  await press(owners, owners.getByRole("button", { name: "Continue" }));
  await expectStep(owners, "End of access");
  await press(owners, owners.getByRole("button", { name: "Share accounts" }));
  await expect(owners.getByText(`${UNSHARED} is shared with ${GUEST}.`)).toBeVisible();
  await expect(card(directors, UNSHARED)).toBeVisible({ timeout: 2_000 });
  expect(await directors.evaluate(() => "notReloaded" in window), "the page is still the same").toBe(true);
});

test("the partner's side sees its own people, and the accounts that the reader has", async ({ browserOf }) => {
  const directors = await browserOf(director);
  const accounts = await partnerTab(directors, HOST, "Members");
  await expect(row(directors, manager.name)).toContainText("accounts");
  await expect(directors.getByRole("button", { name: /^Remove/ })).toHaveCount(0);
  await directors.getByLabel("Search members").fill("chlo");
  await directors.getByRole("button", { name: "Search" }).click();
  await expect(row(directors, collaborator.name)).toBeVisible();
  await expect(row(directors, manager.name)).toHaveCount(0);
  await accounts.click();
  await expect(directors.getByRole("heading", { name: "No accounts to show" })).toBeVisible();
  await expect(directors.getByRole("link", { name: "Share accounts" })).toHaveCount(0);
});

test("a host Admin who owns no account stops sharing, and shares nothing", async ({ browserOf }) => {
  const admins = await browserOf(admin);
  await partnerTab(admins, GUEST, "Accounts");
  await expect(row(admins, SHARED).getByRole("button", { name: `Stop sharing ${SHARED}` })).toBeVisible();
  await admins.getByLabel("Search accounts").fill("drawboard");
  await admins.getByLabel("Search accounts").press("Enter");
  await expect(row(admins, ASKED_FOR)).toBeVisible();
  await expect(row(admins, SHARED)).toHaveCount(0);
  await admins.getByRole("link", { name: "Share accounts" }).click();
  await expect(admins.getByText("Only an owner of an account can share it.")).toBeVisible();
});

/** Opens the partner's page at this tab. Gives the way to its Accounts tab. */
async function partnerTab(page: Page, partner: string, name: "Accounts" | "Members"): Promise<Locator> {
  await page.goto("/partners");
  await page.getByRole("main").getByRole("link", { name: partner }).click();
  const tabs = page.getByRole("navigation", { name: `Parts of ${partner}` });
  await tabs.getByRole("link", { name, exact: true }).click();
  await expect(tabs.getByRole("link", { name, exact: true })).toHaveAttribute("aria-current", "page");
  return tabs.getByRole("link", { name: "Accounts", exact: true });
}

async function giveBack(page: Page, label: string): Promise<void> {
  await (await openGiveBack(page, label)).getByRole("button", { name: "Give back" }).click();
}

async function press(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target);
  await page.keyboard.press("Enter");
}
