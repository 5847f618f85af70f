/** Signing in and out, and what is shown to whom. */
import { pathOf } from "../account_list.ts";
import { expect, open, test } from "../fixtures.ts";
import { openMemberMenu, signIn } from "../sign_in.ts";
import { collaborator, manager, owner, SHARED, teammate, UNSHARED } from "../story.ts";

const NOWHERE = "01890000-0000-7000-8000-000000000000";

test("signing in leads to All accounts, and signing out back", async ({ browserOf, complaints }) => {
  complaints.expect(/status of 401/);
  const page = await browserOf(null);
  await page.goto("/");
  await expect(page).toHaveURL(/\/sign-in/);
  await signIn(page, manager.email);
  await expect(page).toHaveURL("/accounts");
  await expect(page.getByRole("heading", { level: 1, name: "All accounts" })).toBeVisible();

  await openMemberMenu(page, manager);
  await expect(page.getByText(manager.email)).toBeVisible();
  await page.getByRole("button", { name: "Sign out" }).click();
  await expect(page).toHaveURL("/sign-in");
  await page.goto("/accounts");
  await expect(page.getByLabel("Password")).toBeVisible();
});

for (const { who, email } of [
  { who: "a wrong password", email: manager.email },
  { who: "an address nobody has", email: "nobody@northlight.example" },
]) {
  test(`${who} is refused, and the address kept`, async ({ browserOf }) => {
    const page = await browserOf(null);
    await page.goto("/sign-in?next=/notifications");
    await signIn(page, email, "not the password");
    const problem = page.getByRole("alert");
    await expect(problem).toContainText("The email address or the password is wrong.");
    await expect(problem).toBeFocused();
    await expect(page).toHaveTitle(/^Error: Sign in/);
    await expect(page.getByLabel("Email address")).toHaveValue(email);
    await expect(page.getByLabel("Password")).toHaveValue("");
    await page.reload();
    await expect(page.getByRole("alert")).toHaveCount(0);
  });
}

test("after a wrong password the way on is not forgotten", async ({ browserOf }) => {
  const page = await browserOf(null);
  await page.goto("/sign-in?next=/notifications");
  await signIn(page, owner.email, "not the password");
  await expect(page.getByRole("alert")).toBeVisible();
  await signIn(page, owner.email);
  await expect(page).toHaveURL("/notifications");
});

test("whoever came for a page is taken there after signing in", async ({ browserOf }) => {
  const signedIn = await browserOf(manager);
  await open(signedIn, "/accounts");
  const path = `${await pathOf(signedIn, SHARED)}/members?line=${NOWHERE}`;
  const page = await browserOf(null);
  await page.goto(path);
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  await signIn(page, manager.email);
  await expect(page).toHaveURL(path);
  await expect(page.getByRole("heading", { level: 1, name: SHARED })).toBeVisible();
});

test("nobody is taken to another site", async ({ browserOf }) => {
  for (const elsewhere of ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"]) {
    const page = await browserOf(null, { javaScriptEnabled: false });
    await page.goto(`/sign-in?next=${encodeURIComponent(elsewhere)}`);
    await signIn(page, manager.email);
    await expect(page, elsewhere).toHaveURL("/accounts");
  }
});

test("what is not there and what may not be seen answer alike", async ({ browserOf, complaints }) => {
  complaints.expect(/status of 404/);
  const owners = await browserOf(owner);
  await open(owners, "/accounts");
  const unshared = await pathOf(owners, UNSHARED);
  const page = await browserOf(manager);
  const texts = [];
  for (const path of [unshared, `/accounts/${NOWHERE}`, `${unshared}/members`, `${unshared}/request-access`, "/accounts/x", "/no-such-page"]) {
    const answer = await page.goto(path);
    expect(answer?.status(), path).toBe(404);
    await expect(page.getByRole("heading", { level: 1, name: "Page not found" })).toBeVisible();
    texts.push(await page.getByRole("main").innerText());
  }
  expect(new Set(texts).size).toBe(1);
  await page.getByRole("link", { name: "Go to All accounts" }).click();
  await expect(page).toHaveURL("/accounts");
});

test("what may be seen but not done is refused with the reason", async ({ browserOf, complaints }) => {
  complaints.expect(/status of 403/);
  const page = await browserOf(collaborator);
  await open(page, "/accounts");
  const account = await pathOf(page, SHARED);
  for (const { path, reason } of [
    { path: `${account}/members`, reason: "Only owners and account managers of the account can see who has access to it." },
    { path: `${account}/request-access`, reason: "Only an account manager of the account can request access for other members." },
  ]) {
    const answer = await page.goto(path);
    expect(answer?.status(), path).toBe(403);
    await expect(page.getByText(reason)).toBeVisible();
  }
});

test("a session that ended elsewhere leads to signing in, and back", async ({ browserOf, complaints }) => {
  complaints.expect(/status of 401/);
  const page = await browserOf(teammate);
  await open(page, "/accounts");
  await page.context().clearCookies();
  await page.goto("/notifications");
  await signIn(page, teammate.email);
  await expect(page).toHaveURL("/notifications");
});
