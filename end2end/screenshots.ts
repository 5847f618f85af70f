/**
 * Takes the README's pictures. `cargo xtask screenshots` starts this, with a program that serves the demo at
 * LATCHKEY_TEST_ADDRESS, and says where the pictures go by LATCHKEY_TEST_PICTURES.
 */
import { test, type Page } from "@playwright/test";
import { join } from "node:path";

test.use({
  baseURL: process.env.LATCHKEY_TEST_ADDRESS,
  colorScheme: "light",
  locale: "en-GB",
  reducedMotion: "reduce",
  timezoneId: "UTC",
  viewport: { width: 1280, height: 860 },
});

test("All accounts, with the dialog", async ({ page }) => {
  await signIn(page, "manager@northlight.example");
  await page.getByRole("button", { name: "Request share access for this account" }).first().click();
  const dialog = page.getByRole("dialog", { name: "Request share access" });
  const search = dialog.getByRole("combobox", { name: "Search members by name or email address" });
  for (const letter of ["b", "k"]) {
    await search.fill(letter);
    const suggestions = dialog.getByRole("listbox");
    await suggestions.getByRole("option", { disabled: false }).first().click();
    await suggestions.waitFor({ state: "hidden" });
  }
  await take(page, "request");
});

test("The Members tab, with a pending line", async ({ page }) => {
  await signIn(page, "owner@harbor.example");
  await page.getByRole("link", { name: /^Notifications/ }).click();
  await page.getByRole("main").getByRole("link").first().click();
  await page.getByRole("button", { name: /^Accept .+ request/ }).first().waitFor();
  await take(page, "members");
});

async function signIn(page: Page, email: string): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("Email address").fill(email);
  await page.getByLabel("Password").fill("latchkey-demo");
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.getByRole("heading", { name: "All accounts" }).waitFor();
  await page.locator("html[data-hydrated]").waitFor();
}

async function take(page: Page, name: string): Promise<void> {
  // A link may have led further down.
  await page.evaluate(() => window.scrollTo(0, 0));
  await page.screenshot({ path: join(process.env.LATCHKEY_TEST_PICTURES ?? ".", `${name}.png`) });
}
