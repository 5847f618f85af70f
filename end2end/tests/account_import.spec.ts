/** Accounts are imported from a file. */
import type { BrowserContextOptions } from "@playwright/test";
import { choose, FILE } from "../account_import.ts";
import { card } from "../account_list.ts";
import { expect, open, test } from "../fixtures.ts";
import { tabTo } from "../keyboard.ts";
import { teammate } from "../story.ts";

const WAYS: { how: string; options: BrowserContextOptions }[] = [
  { how: "with scripts", options: {} },
  { how: "without scripts", options: { javaScriptEnabled: false } },
];

test.describe(() => {
  test.use({ fresh: true });

  for (const { how, options } of WAYS) {
    test(`a file is looked at line by line, and imported when it is confirmed, ${how}`, async ({ browserOf, complaints }) => {
      complaints.expect(/status of 422/);
      const page = await browserOf(teammate, options);
      await page.goto("/accounts");
      await page.getByRole("link", { name: "Import accounts" }).click();
      await choose(page, "passwords.csv", FILE);
      await expect(page.getByRole("status").filter({ hasText: "ready" })).toHaveText(
        "2 accounts are ready to be imported. 1 line has a problem, and is left out. 1 account is there already, and left out.",
      );
      await expect(page.getByLabel("Login URL")).toHaveValue("1");
      const ready = page.getByRole("table", { name: "Ready to be imported" });
      await expect(ready.getByRole("row", { name: /Studio shop/ })).toContainText("Shopify");
      await expect(ready.getByRole("row", { name: /Studio code/ })).toContainText("GitHub");
      await expect(page.getByRole("table", { name: "Lines with problems" }).getByRole("row", { name: /Line 3/ })).toContainText("Enter a label.");
      await expect(page.getByRole("table", { name: "There already" }).getByRole("row", { name: /Line 5/ })).toContainText("stand on line 4");
      await expect(page.getByText("s3cret-canary")).toHaveCount(0);

      // Nothing is imported yet, and not under columns that nobody has looked at.
      await page.getByLabel("Note").selectOption("username");
      await page.getByRole("button", { name: "Import 2 accounts" }).click();
      await expect(page.getByRole("alert")).toContainText("You have changed which column is what.");
      await expect(ready.getByRole("row", { name: /Studio code/ })).toContainText("studio-bot");
      await page.getByLabel("Note").selectOption("note");
      await page.getByRole("button", { name: "Show again" }).click();
      await expect(ready.getByRole("row", { name: /Studio shop/ })).toContainText("Prices change, on Mondays");

      await page.getByRole("button", { name: "Import 2 accounts" }).click();
      await expect(page.getByText("2 accounts were imported. You are their Owner. 2 lines were left out:")).toBeVisible();
      await expect(page.getByText("Line 3: Enter a label.")).toBeVisible();
      await expect(card(page, "Studio shop")).toContainText("Owner");
      await expect(card(page, "Studio code")).toBeVisible();
    });
  }

  test("a file is imported by keyboard alone", async ({ browserOf }) => {
    const page = await browserOf(teammate);
    await open(page, "/accounts/import");
    await page.getByLabel("CSV file").setInputFiles({ name: "a.csv", mimeType: "text/csv", buffer: Buffer.from("Label,App\nStudio tool,Tool") });
    await tabTo(page, page.getByRole("button", { name: "Continue" }));
    await page.keyboard.press("Enter");
    await tabTo(page, page.getByRole("button", { name: "Import 1 account" }));
    await page.keyboard.press("Enter");
    await expect(page.getByText("1 account was imported. You are its Owner.")).toBeVisible();
    await expect(card(page, "Studio tool")).toBeVisible();
  });
});

test("a file that cannot be read is refused with what to do", async ({ browserOf, complaints }) => {
  complaints.expect(/status of 422/);
  const page = await browserOf(teammate);
  await page.goto("/accounts/import");
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByRole("alert")).toContainText("Choose a CSV file.");
  for (const [content, told] of [
    [Buffer.from("Label\nCaf\xe9", "latin1"), "Line 2 has letters that are not written in UTF-8."],
    [Buffer.from("\uFEFFLabel", "utf16le"), "The file is written in UTF-16."],
    [Buffer.from("PK\x03\x04 and so on"), "This is a spreadsheet or an archive, and no CSV file."],
    [Buffer.from("\n\n"), "The file is empty."],
    [Buffer.from("A\n".repeat(2_100)), "more than 2,000 lines"],
    [Buffer.alloc(1024 * 1024 + 1, "a"), "The file is larger than 1 MB."],
  ] as const) {
    await choose(page, "accounts.csv", content);
    await expect(page.getByRole("alert")).toContainText(told);
  }
});

test("a file without a known column of labels asks for it", async ({ browserOf, complaints }) => {
  complaints.expect(/status of 422/);
  const page = await browserOf(teammate);
  await page.goto("/accounts/import");
  await choose(page, "accounts.csv", "Service;User\nShopify;studio");
  await expect(page.getByRole("button", { name: /^Import/ })).toHaveCount(0);
  await page.getByRole("button", { name: "Show again" }).click();
  await expect(page.getByRole("alert")).toContainText("Choose the column that has the labels.");
  await page.getByLabel("Label").selectOption("Service");
  await page.getByRole("button", { name: "Show again" }).click();
  await expect(page.getByRole("button", { name: "Import 1 account" })).toBeVisible();
});
