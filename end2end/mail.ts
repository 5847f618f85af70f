/** The mail that people have got, as /dev/mail shows it. */
import { expect, type Page } from "@playwright/test";
import type { Person } from "./story.ts";

/** Opens a mail in this page, the newest of its kind, once it is there: it is sent beside the act that it tells of. */
export async function openMail(page: Page, to: Person, subject: string): Promise<void> {
  const recipient = page.getByRole("cell").filter({ hasText: new RegExp(`(^|<)${to.email}(>|$)`) });
  const row = page.getByRole("row").filter({ has: recipient }).getByRole("link", { name: subject }).first();
  await expect(async () => {
    await page.goto("/dev/mail");
    await expect(row).toBeVisible({ timeout: 250 });
  }).toPass({ timeout: 15_000 });
  await row.click();
  await expect(page.getByRole("heading", { level: 1, name: subject })).toBeVisible();
}

/** The mail's pages in another tab, by its one button. */
export async function openInLatchkey(mail: Page): Promise<Page> {
  const opened = mail.context().waitForEvent("page");
  await mail.getByTitle("HTML part").contentFrame().getByRole("link", { name: "Open in Latchkey" }).click();
  const page = await opened;
  await page.waitForLoadState();
  return page;
}

/** Where a mail leads, the newest of its kind. Reads it in a tab of its own. */
export async function linkIn(page: Page, to: Person, subject: string): Promise<string> {
  const mail = await page.context().newPage();
  await openMail(mail, to, subject);
  const text = await mail.getByRole("main").innerText();
  await mail.close();
  const link = /http:\/\/\S+\?token=\S+/.exec(text)?.[0];
  expect(link, "the mail has a link").toBeDefined();
  return new URL(link ?? "").pathname + new URL(link ?? "").search;
}
