/** The Activity page: what it is narrowed down to stands in the address, and it is downloaded as a table and as a record. */
import { readFile } from "node:fs/promises";
import { pathOf } from "../account_list.ts";
import { admin, ASKED_FOR, collaborator, manager, newcomer, owner, SHARED } from "../story.ts";
import { logIn, standInForSites } from "../credential.ts";
import { expect, open, test } from "../fixtures.ts";
import type { Locator, Page } from "@playwright/test";

async function downloaded(page: Page, name: string): Promise<string> {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name }).click();
  return readFile(await (await download).path(), "utf8");
}

for (const scripts of [true, false]) {
  test.describe(scripts ? "with scripts" : "with scripts off", () => {
    test("activity is narrowed down, and the filter survives Back", async ({ browserOf }) => {
      const page = await browserOf(owner, { javaScriptEnabled: scripts });
      await page.goto("/accounts");
      await page.getByRole("navigation").getByRole("link", { name: "Activity" }).first().click();
      await expect(page.getByRole("heading", { name: "Activity", level: 1 })).toBeVisible();
      const asked = page.getByRole("row").filter({ hasText: "Access requested" });
      await expect(asked).toHaveCount(1);
      await page.getByLabel("Event", { exact: true }).selectOption("Logged in");
      await page.getByRole("button", { name: "Filter" }).click();
      await expect(page).toHaveURL(/event=logged_in/);
      await expect(asked).toHaveCount(0);
      await page.goBack();
      await expect(asked).toHaveCount(1);
      await page.getByLabel("Member", { exact: true }).fill("nobody of this name");
      await page.getByRole("button", { name: "Filter" }).click();
      await expect(page.getByRole("heading", { name: "Nothing found" })).toBeVisible();
      await page.getByRole("main").getByRole("link", { name: "clear the filter" }).click();
      await expect(asked).toHaveCount(1);
    });
  });
}

test("a time that is none is told beside its field, and nothing typed is lost", async ({ browserOf, complaints }) => {
  const page = await browserOf(owner);
  complaints.expect(/422/);
  await open(page, "/activity");
  await page.getByLabel("From", { exact: true }).fill("soon");
  await page.getByLabel("Account", { exact: true }).fill(ASKED_FOR);
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page.getByRole("alert")).toContainText("This is no time.");
  await expect(page.getByLabel("From", { exact: true })).toHaveValue("soon");
  await expect(page.getByLabel("Account", { exact: true })).toHaveValue(ASKED_FOR);
});

test("what the filter shows is downloaded as a table, and an Admin downloads the record", async ({ browserOf }) => {
  const page = await browserOf(admin);
  await open(page, `/activity?event=access_requested`);
  const table = await downloaded(page, "Download CSV");
  expect(table.split("\r\n").filter(Boolean)).toHaveLength(2);
  expect(table).toContain(manager.name);
  expect(table).toContain(newcomer.name);
  const record = await downloaded(page, "Download record");
  for (const line of record.split("\n").filter(Boolean)) {
    JSON.parse(line);
  }
  expect(record.length).toBeGreaterThan(100);
  // The page tells the key that it is checked with.
  const { key } = JSON.parse(record.split("\n")[0] ?? "") as { key: string };
  await open(page, "/activity");
  await expect(page.getByRole("heading", { name: "Check the record" })).toBeVisible();
  await expect(page.getByText(`--activity-key ${key}`)).toBeVisible();
});

for (const scripts of [true, false]) {
  test(`the activity of an account is narrowed down and downloaded, ${scripts ? "with scripts" : "with scripts off"}`, async ({ browserOf }) => {
    const page = await browserOf(owner, { javaScriptEnabled: scripts });
    await page.goto("/accounts");
    const path = `${await pathOf(page, ASKED_FOR)}/activity`;
    await page.goto(path);
    const asked = page.getByRole("row").filter({ hasText: "Access requested" });
    await expect(asked).toHaveCount(1);
    await expect(page.getByLabel("Account", { exact: true })).toHaveCount(0);
    await page.getByLabel("Member", { exact: true }).fill(collaborator.name);
    await page.getByRole("button", { name: "Filter" }).click();
    await expect(page).toHaveURL(/member=/);
    await expect(asked).toHaveCount(0);
    await page.getByLabel("Member", { exact: true }).fill(manager.name);
    await page.getByLabel("Event", { exact: true }).selectOption("Access requested");
    await page.getByRole("button", { name: "Filter" }).click();
    await expect(asked).toHaveCount(1);
    const table = await downloaded(page, "Download CSV");
    expect(table.split("\r\n").filter(Boolean)).toHaveLength(2);
    expect(table).toContain(ASKED_FOR);
    await page.getByLabel("Member", { exact: true }).fill("nobody of this name");
    await page.getByRole("button", { name: "Filter" }).click();
    await page.getByRole("main").getByRole("link", { name: "clear the filter" }).click();
    await expect(page).toHaveURL(path);
  });
}

test.describe("on a program of its own", () => {
  test.use({ fresh: true });

  test("what happens appears by itself, to whoever may see it", async ({ browserOf }) => {
    const rows = (page: Page): Locator =>
      page.getByRole("row").filter({ hasText: `${collaborator.name} logged in to ${SHARED}.` });
    const everything = await browserOf(admin);
    await open(everything, "/activity");
    const ofAccount = await browserOf(manager);
    await ofAccount.goto("/accounts");
    await open(ofAccount, `${await pathOf(ofAccount, SHARED)}/activity`);
    const before = [await rows(everything).count(), await rows(ofAccount).count()];

    const busy = await browserOf(collaborator);
    await standInForSites(busy);
    await open(busy, "/accounts");
    await logIn(busy, SHARED);
    await expect(rows(everything)).toHaveCount(before[0]! + 1);
    await expect(rows(ofAccount)).toHaveCount(before[1]! + 1);
  });
});

test("a guest sees their own part, and is offered no record", async ({ browserOf }) => {
  const page = await browserOf(collaborator);
  await open(page, "/activity");
  await expect(page.getByRole("heading", { name: "Activity", level: 1 })).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: "Access requested" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Download record" })).toHaveCount(0);
  await expect(page.getByRole("heading", { name: "Check the record" })).toHaveCount(0);
});
