/** Signing in on the page Sign in, and out by the member's menu. */
import type { Page } from "@playwright/test";
import { PASSWORD, type Person } from "./story.ts";

/** Fills in the form on the page that is open, and sends it. What becomes of it is the test's affair. */
export async function signIn(page: Page, email: string, password = PASSWORD): Promise<void> {
  await page.getByLabel("Email address").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

/** Opens the member's menu, however wide the page is. */
export async function openMemberMenu(page: Page, person: Person): Promise<void> {
  await page.locator("summary").filter({ hasText: `Menu of ${person.name}` }).click();
}

/** Signs a person out by their menu. */
export async function signOut(page: Page, person: Person): Promise<void> {
  await openMemberMenu(page, person);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in" }).waitFor();
}
