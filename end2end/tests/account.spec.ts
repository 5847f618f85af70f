/** All accounts, and the pages of an account. */
import type { Page } from "@playwright/test";
import { card, pathOf } from "../account_list.ts";
import { panel } from "../credential.ts";
import { expect, open, test } from "../fixtures.ts";
import { ASKED_FOR, collaborator, manager, newcomer, owner, SHARED, teammate } from "../story.ts";

test("the list is searched by label, app and username", async ({ browserOf }) => {
  const page = await browserOf(manager);
  await page.goto("/accounts");
  for (const { typed, found } of [
    { typed: "grind", found: [SHARED] },
    { typed: "CLIPREEL", found: ["Tasting videos"] },
    { typed: "news@harbor", found: ["Newsletter"] },
  ]) {
    await search(page, typed);
    expect(await labels(page), typed).toEqual(found);
    await expect(page.getByLabel("Search accounts")).toHaveValue(typed);
  }
});

test("search, filter and sort are part of the address, and survive Back and a bookmark", async ({ browserOf }) => {
  const page = await browserOf(owner);
  await open(page, "/accounts");
  const byName = await labels(page);
  expect(byName).toEqual([...byName].sort((a, b) => a.localeCompare(b)));
  await page.getByLabel("Sort by").selectOption("Last use");
  await page.getByLabel("Role").selectOption("Owner");
  await search(page, "shop");
  await expect(page).toHaveURL((url) => {
    const { search, sort, role } = Object.fromEntries(url.searchParams);
    return search === "shop" && sort === "last_use" && role === "owner";
  });
  const narrowed = await labels(page);
  expect(narrowed.length).toBeGreaterThan(0);
  expect(narrowed.length).toBeLessThan(byName.length);

  await card(page, narrowed[0] ?? "").getByRole("link", { name: narrowed[0], exact: true }).click();
  await expect(page.getByRole("heading", { level: 1, name: narrowed[0] })).toBeVisible();
  await page.goBack();
  await expect(page.getByLabel("Search accounts")).toHaveValue("shop");
  expect(await labels(page)).toEqual(narrowed);

  const bookmarked = await browserOf(owner);
  await bookmarked.goto(page.url());
  expect(await labels(bookmarked)).toEqual(narrowed);
  await expect(bookmarked.getByLabel("Sort by")).toHaveValue("last_use");
  await expect(bookmarked.getByLabel("Role")).toHaveValue("owner");
});

test("the role narrows the list", async ({ browserOf }) => {
  const page = await browserOf(manager);
  await page.goto("/accounts?role=collaborator");
  await expect(page.getByRole("heading", { name: "No account found" })).toBeVisible();
  await page.goto("/accounts?role=account_manager");
  expect(await labels(page)).toHaveLength(8);
});

test("an empty list says what to do", async ({ browserOf }) => {
  const page = await browserOf(teammate);
  await page.goto("/accounts");
  await expect(page.getByRole("heading", { name: "You have no accounts yet" })).toBeVisible();
  await expect(page.getByText(/Ask an owner of the account, or your company's account manager/)).toBeVisible();
});

test("a search that finds nothing leads back to all", async ({ browserOf }) => {
  const page = await browserOf(collaborator);
  await page.goto("/accounts");
  await search(page, "100% \"<&");
  await expect(page.getByRole("heading", { name: "No account found" })).toBeVisible();
  await expect(page.getByLabel("Search accounts")).toHaveValue("100% \"<&");
  await page.getByRole("link", { name: "clear the search" }).click();
  await expect(card(page, SHARED)).toBeVisible();
});

test("a card tells app, company, username, role, end and last use", async ({ browserOf }) => {
  const page = await browserOf(collaborator);
  await page.goto("/accounts");
  const newsletter = card(page, "Newsletter");
  await expect(newsletter.getByRole("img", { name: "Harbor Coffee" })).toHaveText("H");
  for (const told of ["Postbox Campaigns", "news@harbor.example", "Collaborator", /Ends \d+ \w+ \d{4}/, /· by/]) {
    await expect(newsletter).toContainText(told);
  }
  await expect(card(page, ASKED_FOR)).toContainText("Not used yet");
});

test("owners have Settings on the card, guests do not", async ({ browserOf }) => {
  const owners = await browserOf(owner);
  await owners.goto("/accounts");
  await card(owners, SHARED).getByRole("link", { name: "Settings", exact: true }).click();
  await expect(owners.getByRole("heading", { level: 1, name: SHARED })).toBeVisible();
  const managers = await browserOf(manager);
  await managers.goto("/accounts");
  await expect(card(managers, SHARED)).toBeVisible();
  await expect(managers.getByRole("main").getByRole("link", { name: /^Settings/ })).toHaveCount(0);
});

test("the General tab copies what it shows", async ({ browserOf }) => {
  const page = await browserOf(collaborator, { permissions: ["clipboard-read", "clipboard-write"] });
  await open(page, "/accounts");
  await open(page, await pathOf(page, SHARED));
  await page.getByRole("button", { name: "Copy username" }).click();
  await expect(page.getByRole("status").filter({ hasText: "Copied" })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe("harbor.coffee");
});

test("the Activity tab tells what happened", async ({ browserOf }) => {
  const page = await browserOf(owner);
  await open(page, "/accounts");
  await page.goto(`${await pathOf(page, ASKED_FOR)}/activity`);
  const asked = `${manager.name} requests access to ${ASKED_FOR} for ${newcomer.name}, as Collaborator.`;
  await expect(page.getByRole("row", { name: asked })).toBeVisible();
});

test.describe("logging in", () => {
  test.use({ fresh: true });

  test("opens the account's login in a new tab, and is told on the card", async ({ browserOf }) => {
    const page = await browserOf(collaborator);
    await page.context().route("https://drawboard.example/**", (route) =>
      route.fulfill({ contentType: "text/html", body: "<title>Drawboard</title><h1>Drawboard</h1>" }),
    );
    await open(page, "/accounts");
    const opened = page.waitForEvent("popup");
    await card(page, ASKED_FOR).getByRole("button", { name: "Log in", exact: true }).click();
    const login = await opened;
    await expect(login).toHaveURL("https://drawboard.example/sign-in");
    // A page does not change behind a dialog.
    await panel(page, ASKED_FOR).getByRole("button", { name: "Close" }).click();
    await expect(card(page, ASKED_FOR)).toContainText(`just now · by ${collaborator.name}`);
  });
});

async function search(page: Page, typed: string): Promise<void> {
  await page.getByLabel("Search accounts").fill(typed);
  await page.getByRole("button", { name: "Search", exact: true }).click();
  await page.waitForURL((url) => url.searchParams.get("search") === typed);
}

/** The labels of the cards, in order. */
async function labels(page: Page): Promise<string[]> {
  await expect(page.getByRole("article").first()).toBeVisible();
  return page.getByRole("article").getByRole("heading").allInnerTexts();
}
