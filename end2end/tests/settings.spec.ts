/** One's own settings: name, password, address, sessions; and a forgotten password. */
import type { Page } from "@playwright/test";
import { expect, open, test } from "../fixtures.ts";
import { tabTo } from "../keyboard.ts";
import { linkIn } from "../mail.ts";
import { signIn } from "../sign_in.ts";
import { collaborator, manager, owner, PASSWORD, teammate } from "../story.ts";

const NEW = "a wholly different phrase";

test.use({ fresh: true });

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with scripts" : "with scripts off";

  test(`the own name is changed, ${how}`, async ({ browserOf, complaints }) => {
    complaints.expect(/status of 422/);
    const page = await browserOf(manager, { javaScriptEnabled });
    await page.goto("/settings");
    await page.getByLabel("Name", { exact: true }).fill("  ");
    await page.getByRole("button", { name: "Save name" }).click();
    await expect(page.getByRole("alert")).toContainText("Enter your name.");
    await page.getByLabel("Name", { exact: true }).fill("Ben O.");
    await page.getByRole("button", { name: "Save name" }).click();
    await expect(page.getByText("Your name has been changed.")).toBeVisible();
    await expect(page.getByRole("banner")).toContainText("Ben O.");
  });

  test(`a changed password signs every other browser out, ${how}`, async ({ browserOf, complaints }) => {
    complaints.expect(/status of (401|422)/);
    const [page, elsewhere] = [await browserOf(manager, { javaScriptEnabled }), await browserOf(manager)];
    await page.goto("/settings/security");
    await changePassword(page, "not my password", NEW);
    await expect(page.getByRole("alert")).toContainText("This is not your password.");
    await changePassword(page, PASSWORD, "short");
    await expect(page.getByRole("alert")).toContainText("at least 12 characters");
    await changePassword(page, PASSWORD, NEW);
    await expect(page.getByText("Your password has been changed.")).toBeVisible();
    await elsewhere.goto("/accounts");
    await expect(elsewhere.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await signIn(elsewhere, manager.email, NEW);
    await expect(elsewhere).toHaveURL("/accounts");
  });

  test(`a forgotten password is set anew by a link that works once, ${how}`, async ({ browserOf, complaints }) => {
    complaints.expect(/status of (401|404|422)/);
    const page = await browserOf(null, { javaScriptEnabled });
    await page.goto("/sign-in");
    await page.getByRole("link", { name: "Forgotten your password?" }).click();
    await page.getByLabel("Email address").fill(collaborator.email);
    await page.getByRole("button", { name: "Send link" }).click();
    await expect(page.getByText("If somebody signs in with this address, a mail is on its way to it.")).toBeVisible();
    const link = await linkIn(page, collaborator, "Set a new password for Latchkey");
    await page.goto(link);
    await expect(page.getByText(collaborator.email)).toBeVisible();
    await page.getByLabel("New password").fill(NEW);
    await page.getByRole("button", { name: "Set password" }).click();
    await expect(page.getByText("Your new password is set.")).toBeVisible();
    await signIn(page, collaborator.email, NEW);
    await expect(page).toHaveURL("/accounts");
    await page.goto(link);
    await expect(page.getByRole("heading", { name: "This link does not work any more" })).toBeVisible();
  });

  test(`an address is changed when both have agreed, ${how}`, async ({ browserOf, complaints }) => {
    complaints.expect(/status of (401|404)/);
    const page = await browserOf(teammate, { javaScriptEnabled });
    const moved = { ...teammate, email: "ann.new@northlight.example" };
    await page.goto("/settings");
    await page.getByLabel("New email address").fill(moved.email);
    await page.getByRole("button", { name: "Change address" }).click();
    await expect(page.getByText("A mail is on its way to the address you have now.")).toBeVisible();
    await page.goto(await linkIn(page, teammate, "Do you agree to a new email address?"));
    await page.getByRole("button", { name: "Agree", exact: true }).click();
    await expect(page.getByRole("heading", { name: "One more step" })).toBeVisible();
    await page.goto(await linkIn(page, moved, "Confirm your new email address for Latchkey"));
    await page.getByRole("button", { name: "Confirm the address" }).click();
    await expect(page.getByRole("heading", { name: "Your email address has been changed" })).toBeVisible();
    const elsewhere = await browserOf(null);
    await elsewhere.goto("/sign-in");
    await signIn(elsewhere, moved.email);
    await expect(elsewhere).toHaveURL("/accounts");
  });
}

test("what one may be asked for an unknown address is the same", async ({ browserOf }) => {
  const page = await browserOf(null);
  const answers = [];
  for (const email of [owner.email, "nobody@nowhere.example"]) {
    await page.goto("/forgot-password");
    await page.getByLabel("Email address").fill(email);
    await page.getByRole("button", { name: "Send link" }).click();
    await expect(page).toHaveURL(/sent=yes/);
    answers.push(await page.getByRole("main").innerText());
  }
  expect(answers[0]).toBe(answers[1]);
});

test("sessions are listed, and ended one by one or all at once", async ({ browserOf, complaints }) => {
  complaints.expect(/status of 401/);
  const [page, second, third] = [await browserOf(owner), await browserOf(owner), await browserOf(owner)];
  await open(page, "/settings/security");
  const rows = page.getByRole("table", { name: "Your sessions" }).getByRole("row");
  await expect(rows.filter({ hasText: "This browser" })).toHaveCount(1);
  await expect(rows.filter({ hasText: "This browser" })).toContainText("By signing out");
  await page.getByRole("button", { name: /^End the session of/ }).first().click();
  await expect(page.getByText("The session has ended.")).toBeVisible();
  await page.getByRole("button", { name: "End all others" }).click();
  await expect(page.getByText(/other sessions? (has|have) ended/)).toBeVisible();
  for (const elsewhere of [second, third]) {
    await elsewhere.goto("/accounts");
    await expect(elsewhere.getByRole("heading", { name: "Sign in" })).toBeVisible();
  }
  await page.reload();
  await expect(rows.filter({ hasText: "This browser" })).toBeVisible();
});

test("the settings are done by keyboard alone", async ({ browserOf }) => {
  const page = await browserOf(manager);
  await open(page, "/accounts");
  await tabTo(page, page.getByRole("link", { name: "Settings" }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Settings" })).toBeVisible();
  await tabTo(page, page.getByRole("link", { name: "Security" }));
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByLabel("Current password"));
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Tab");
  await page.keyboard.type(NEW);
  await page.keyboard.press("Enter");
  await expect(page.getByText("Your password has been changed.")).toBeVisible();
});

async function changePassword(page: Page, current: string, password: string): Promise<void> {
  await page.getByLabel("Current password").fill(current);
  await page.getByLabel("New password").fill(password);
  await page.getByRole("button", { name: "Change password" }).click();
}
