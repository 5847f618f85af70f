/** The page Import accounts, and a file for it. */
import type { Page } from "@playwright/test";

/** As a browser exports its passwords: no column for the app, and one that nobody wants to see again. */
export const FILE = [
  "\u{FEFF}name,url,username,password,note",
  'Studio shop,https://accounts.shopify.com/,studio,s3cret-canary,"Prices change, on Mondays"',
  ",https://nowhere.example,nobody,s3cret-canary,",
  "Studio code,https://github.com/login,studio-bot,s3cret-canary,",
  "Studio code,https://github.com/login,studio-bot,s3cret-canary,",
].join("\r\n");

/** Chooses a file with this content on the page, and goes on to its columns. */
export async function choose(page: Page, name: string, content: string | Buffer): Promise<void> {
  const buffer = typeof content === "string" ? Buffer.from(content) : content;
  await page.getByLabel("CSV file").setInputFiles({ name, mimeType: "text/csv", buffer });
  await page.getByRole("button", { name: "Continue" }).click();
}
