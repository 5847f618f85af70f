/** The Activity page: what it is narrowed down to stands in the address, and it is downloaded as a table and as a record. */
import { readFile } from "node:fs/promises";
import { admin, ASKED_FOR, collaborator, manager, newcomer, owner } from "../story.ts";
import { expect, open, test } from "../fixtures.ts";
import type { Page } from "@playwright/test";

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
});

test("a guest sees their own part, and is offered no record", async ({ browserOf }) => {
  const page = await browserOf(collaborator);
  await open(page, "/activity");
  await expect(page.getByRole("heading", { name: "Activity", level: 1 })).toBeVisible();
  await expect(page.getByRole("row").filter({ hasText: "Access requested" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Download record" })).toHaveCount(0);
});
