/** Second factors: set up, asked for, lost, required. */
import type { Page } from "@playwright/test";
import { expect, open, test } from "../fixtures.ts";
import { lookAt } from "../look.ts";
import { code } from "../one_time_code.ts";
import { admin, manager, owner, PASSWORD, secondOwner, type Person } from "../story.ts";

test.use({ fresh: true });

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with scripts" : "with scripts off";

  test(`one-time codes are set up and asked for, and recovery codes stand in, ${how}`, async ({ browserOf, complaints }) => {
    complaints.expect(/status of 422/);
    const page = await browserOf(manager, { javaScriptEnabled });
    await page.goto("/settings/security");
    await page.getByRole("button", { name: "Set up one-time codes" }).click();
    await expect(page.getByRole("img", { name: /^QR code/ })).toBeVisible();
    const secret = await page.getByText(/^([A-Z2-7]{4} ?){8}$/).innerText();
    await page.getByLabel("Code").fill("000000");
    await page.getByRole("button", { name: "Turn on one-time codes" }).click();
    await expect(page.getByRole("alert")).toContainText("This code is not right.");
    await page.getByLabel("Code").fill(code(secret));
    await page.getByRole("button", { name: "Turn on one-time codes" }).click();
    await expect(page.getByRole("heading", { name: "One-time codes are set up" })).toBeVisible();
    const recovery = await page.getByText(/^[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}$/).allInnerTexts();
    expect(recovery).toHaveLength(10);

    const elsewhere = await browserOf(null, { javaScriptEnabled });
    await elsewhere.goto("/sign-in?next=/notifications");
    await signIn(elsewhere, manager);
    await expect(elsewhere.getByRole("heading", { name: "Second step" })).toBeVisible();
    await elsewhere.goto("/accounts");
    await expect(elsewhere.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await elsewhere.goto("/sign-in/second-step?next=/notifications");
    await enter(elsewhere, "123456");
    await expect(elsewhere.getByRole("alert")).toContainText("This code is not right");
    // The next step's: the one before was used for the set-up.
    await enter(elsewhere, code(secret, 1));
    await expect(elsewhere).toHaveURL("/notifications");

    const lost = await browserOf(null, { javaScriptEnabled });
    await lost.goto("/sign-in");
    await signIn(lost, manager);
    await enter(lost, recovery[0] ?? "");
    await expect(lost).toHaveURL("/accounts");
    await lost.goto("/settings/security");
    await expect(lost.getByText("You have 9 left.")).toBeVisible();
  });

  test(`a required second factor comes before everything else, ${how}`, async ({ browserOf, complaints }) => {
    complaints.expect(/status of (403|422)/);
    const admins = await browserOf(admin, { javaScriptEnabled });
    await admins.goto("/settings/sign-in-rules");
    await admins.getByLabel("Require a second factor").check();
    await admins.getByRole("button", { name: "Save rules" }).click();
    await expect(admins.getByRole("alert")).toContainText("Set up a second factor of your own first");
    await setUpCodes(admins);
    await admins.goto("/settings/sign-in-rules");
    await admins.getByLabel("Require a second factor").check();
    await admins.getByRole("button", { name: "Save rules" }).click();
    await expect(admins.getByText("A second factor is required now.")).toBeVisible();

    const page = await browserOf(null, { javaScriptEnabled });
    await page.goto("/sign-in");
    await signIn(page, secondOwner);
    await expect(page).toHaveURL("/settings/security");
    await expect(page.getByText("asks its members for a second factor")).toBeVisible();
    for (const path of ["/accounts", "/notifications", "/settings/sign-in-rules"]) {
      await page.goto(path);
      await expect(page, path).toHaveURL("/settings/security");
    }
    const refused = await page.request.post("/api/account/list", {
      form: { "filter[search]": "" },
      headers: { origin: new URL(page.url()).origin },
    });
    expect(refused.status()).toBe(403);
    await setUpCodes(page);
    await page.goto("/accounts");
    await expect(page.getByRole("heading", { level: 1, name: "All accounts" })).toBeVisible();
  });
}

test("the pages of second factors are seen by everybody", async ({ browserOf }) => {
  const page = await browserOf(owner);
  await open(page, "/settings/security");
  await page.getByRole("button", { name: "Set up one-time codes" }).click();
  await expect(page.getByRole("img", { name: /^QR code/ })).toBeVisible();
  await lookAt(page);
  const secret = await page.getByText(/^([A-Z2-7]{4} ?){8}$/).innerText();
  await page.getByLabel("Code").fill(code(secret));
  await page.getByRole("button", { name: "Turn on one-time codes" }).click();
  await expect(page.getByRole("heading", { name: "Your recovery codes" })).toBeVisible();
  await lookAt(page);
  const elsewhere = await browserOf(null);
  await elsewhere.goto("/sign-in");
  await signIn(elsewhere, owner);
  await lookAt(elsewhere);
});

async function signIn(page: Page, person: Person): Promise<void> {
  await page.getByLabel("Email address").fill(person.email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

async function enter(page: Page, typed: string): Promise<void> {
  await page.getByLabel("Code").fill(typed);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
}

async function setUpCodes(page: Page): Promise<void> {
  await page.goto("/settings/security");
  await page.getByRole("button", { name: "Set up one-time codes" }).click();
  const secret = await page.getByText(/^([A-Z2-7]{4} ?){8}$/).innerText();
  await page.getByLabel("Code").fill(code(secret));
  await page.getByRole("button", { name: "Turn on one-time codes" }).click();
  await expect(page.getByRole("heading", { name: "One-time codes are set up" })).toBeVisible();
}
