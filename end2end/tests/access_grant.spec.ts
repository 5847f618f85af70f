/** Deciding on requests, and changing what members have, on the Members tab. */
import type { Page } from "@playwright/test";
import { card } from "../account_list.ts";
import { ask } from "../arrange.ts";
import { expect, open, test, type BrowserOf } from "../fixtures.ts";
import { openMail } from "../mail.ts";
import { accept, openAcceptWithChanges, openDecline, openRemove, row } from "../members_tab.ts";
import { admin, ASKED_FOR, collaborator, manager, newcomer, owner, secondOwner, SHARED, teammate, type Person } from "../story.ts";

test.use({ fresh: true });

/** A moment as pages tell it. */
const MOMENT = String.raw`\d{1,2} \w+ \d{4}, \d\d:\d\d UTC`;

test("a declined request is told to requester and teammate with the note", async ({ browserOf }) => {
  const { path, owners } = await ownerWithARequest(browserOf);
  const dialog = await openDecline(owners, teammate.name);
  await dialog.getByLabel("Note to the requester (optional)").fill("Ask again in January.\nThe season is over.");
  await dialog.getByRole("button", { name: "Decline request" }).click();
  await expect(owners.getByText(`The request for ${teammate.name} was declined.`)).toBeVisible();
  await expect(owners).toHaveURL(new RegExp(`${path}/members`));
  await expect(row(owners, teammate.name)).toHaveCount(0);

  const declined = `${owner.name} declined the request for ${teammate.name} to have access to ${SHARED}.`;
  for (const person of [manager, teammate]) {
    const page = await browserOf(person);
    await page.goto("/accounts");
    await page.getByRole("link", { name: "Notifications, 1 unread" }).click();
    const told = page.getByRole("listitem").filter({ hasText: declined });
    await expect(told).toContainText("Ask again in January.");
    await expect(told).toContainText("Unread");
    await openMail(page, person, `Declined: access to ${SHARED} for ${teammate.name}`);
    await expect(page.getByText("The season is over.")).toBeVisible();
  }

  await test.step("and it can be asked for again, which the owner is told", async () => {
    await ask(await browserOf(manager), { account: SHARED, members: [teammate.name] });
    await open(owners, `${path}/members`);
    await expect(row(owners, teammate.name)).toContainText(`Declined by ${owner.name}`);
  });
});

test("a request is accepted with a lower role and for a shorter time", async ({ browserOf }) => {
  const { owners } = await ownerWithARequest(browserOf, { role: "account_manager", accessEnd: "30" });
  const dialog = await openAcceptWithChanges(owners, teammate.name);
  await expect(dialog.getByRole("radio", { name: "Account manager" })).toBeChecked();
  await dialog.getByRole("radio", { name: "Collaborator" }).check();
  const ends = dialog.getByLabel("Access ends");
  await expect(ends.getByRole("option", { name: "90 days" })).toHaveCount(0);
  await ends.selectOption("7 days");
  await dialog.getByRole("button", { name: "Accept", exact: true }).click();
  await expect(owners.getByText(`${teammate.name} now has access to ${SHARED}.`)).toBeVisible();
  const member = row(owners, teammate.name);
  await expect(member.getByLabel(`Role of ${teammate.name}`)).toHaveValue("collaborator");
  await expect(member).toContainText(`Ends ${day(7)}`);

  const teammates = await browserOf(teammate);
  await teammates.goto("/accounts");
  await expect(card(teammates, SHARED)).toContainText("Collaborator");
  await expect(card(teammates, SHARED)).toContainText(`Ends ${day(7)}`);
});

test("requester, teammate and the other owner are told of an acceptance", async ({ browserOf }) => {
  const { owners } = await ownerWithARequest(browserOf);
  await accept(owners, teammate.name).click();
  await expect(owners.getByText(`${teammate.name} now has access to ${SHARED}.`)).toBeVisible();
  const accepted = `${owner.name} accepted the request for ${teammate.name}: access to ${SHARED} as Collaborator`;
  for (const person of [manager, teammate, secondOwner]) {
    const page = await browserOf(person);
    await page.goto("/notifications");
    await expect(page.getByRole("link", { name: accepted })).toBeVisible();
    await openMail(page, person, `Accepted: access to ${SHARED} for ${teammate.name}`);
  }
  await owners.goto("/notifications");
  await expect(owners.getByRole("link", { name: accepted }), "nobody is told of what they did").toHaveCount(0);
});

test("of two owners the first decides, and the second is told who it was", async ({ browserOf }) => {
  const { path, owners } = await ownerWithARequest(browserOf);
  const others = await browserOf(secondOwner, { javaScriptEnabled: false });
  await others.goto(`${path}/members`);
  await accept(owners, teammate.name).click();
  await expect(owners.getByText(`${teammate.name} now has access to ${SHARED}.`)).toBeVisible();

  const dialog = await openDecline(others, teammate.name);
  await dialog.getByRole("button", { name: "Decline request" }).click();
  const first = new RegExp(`Already accepted by ${owner.name} at ${MOMENT}`);
  await expect(others.getByRole("alert")).toHaveText(first);
  await expect(row(others, teammate.name)).toContainText("Active");
});

test("the other owner sees the decision without reloading", async ({ browserOf }) => {
  const { path, owners } = await ownerWithARequest(browserOf);
  const others = await browserOf(secondOwner);
  await open(others, `${path}/members`);
  await accept(owners, teammate.name).click();
  await expect(owners.getByText(`${teammate.name} now has access to ${SHARED}.`)).toBeVisible();
  await expect(row(others, teammate.name)).toContainText("Active", { timeout: 2_000 });
  await expect(accept(others, teammate.name)).toHaveCount(0);
});

test("a new request appears for the owner without reloading, and does not close what they have open", async ({ browserOf }) => {
  const managers = await browserOf(manager);
  const path = await ask(managers, { account: SHARED, members: [teammate.name] });
  const owners = await browserOf(owner);
  await open(owners, `${path}/members`);
  const dialog = await openDecline(owners, teammate.name);
  await dialog.getByLabel("Note to the requester (optional)").fill("Not this");
  await ask(managers, { account: SHARED, members: ["Robert Müller"] });
  const bell = await browserOf(owner);
  await open(bell, `${path}/members`);
  await expect(row(bell, "Robert Müller")).toBeVisible();
  await expect(dialog.getByLabel("Note to the requester (optional)")).toHaveValue("Not this");
  await dialog.getByRole("button", { name: "Decline request" }).click();
  await expect(row(owners, "Robert Müller")).toContainText("Pending");
});

test("a removed member loses the card at once", async ({ browserOf }) => {
  const owners = await browserOf(owner);
  await open(owners, "/accounts");
  await card(owners, SHARED).getByRole("link", { name: SHARED, exact: true }).click();
  await owners.getByRole("link", { name: "Members", exact: true }).click();
  const collaborators = await browserOf(collaborator);
  await open(collaborators, "/accounts");
  await expect(card(collaborators, SHARED)).toBeVisible();

  const question = await openRemove(owners, collaborator.name);
  await expect(question).toContainText(`${collaborator.name} loses access to this account at once.`);
  await question.getByRole("button", { name: "Cancel" }).click();
  await expect(question).toBeHidden();
  await expect(row(owners, collaborator.name)).toBeVisible();

  await openRemove(owners, collaborator.name);
  await question.getByRole("button", { name: "Remove" }).click();
  await expect(row(owners, collaborator.name)).toHaveCount(0);
  await expect(card(collaborators, SHARED)).toBeHidden({ timeout: 2_000 });
  await expect(card(collaborators, ASKED_FOR)).toBeVisible();
});

test("the role of a member is changed in the row", async ({ browserOf }) => {
  const owners = await browserOf(owner);
  await open(owners, await pathOfMembers(owners));
  await row(owners, collaborator.name).getByLabel(`Role of ${collaborator.name}`).selectOption("Account manager");
  await owners.getByRole("button", { name: `Change role of ${collaborator.name}` }).click();
  await expect(owners.getByRole("status").filter({ hasText: collaborator.name })).toBeVisible();
  await expect(row(owners, collaborator.name).getByLabel(`Role of ${collaborator.name}`)).toHaveValue("account_manager");
  const collaborators = await browserOf(collaborator);
  await collaborators.goto("/accounts");
  await expect(card(collaborators, SHARED)).toContainText("Account manager");
});

test("the last owner cannot be removed", async ({ browserOf }) => {
  const owners = await browserOf(owner);
  await open(owners, await pathOfMembers(owners));
  await (await openRemove(owners, secondOwner.name)).getByRole("button", { name: "Remove" }).click();
  await expect(row(owners, secondOwner.name)).toHaveCount(0);
  await (await openRemove(owners, owner.name)).getByRole("button", { name: "Remove" }).click();
  await expect(owners.getByRole("alert")).toContainText("This is the account's last owner. Make someone else Owner first.");
  await expect(row(owners, owner.name)).toContainText("Active");
  await owners.goto("/accounts");
  await expect(card(owners, SHARED)).toContainText("Owner");
});

test("who is no owner sees requests but does not decide them", async ({ browserOf }) => {
  const { path } = await ownerWithARequest(browserOf);
  for (const person of [manager, admin]) {
    const page: Page = await browserOf(person);
    await page.goto(`${path}/members`);
    await expect(row(page, teammate.name), person.email).toContainText("Pending");
    await expect(accept(page, teammate.name)).toHaveCount(0);
    await expect(page.getByRole("button", { name: `Decline ${teammate.name}'s request` })).toHaveCount(0);
  }
});

test("a reason is shown as text, whatever stands in it", async ({ browserOf }) => {
  const reason =
    `<script>document.title = "taken"</script><img src=x onerror=alert(1)> & "quoted" </td></tr>\n` +
    `=HYPERLINK("https://evil.example") עברית\u{200F} and then English 👩‍🚀 {{7*7}} ${"long".repeat(60)}`;
  const { owners } = await ownerWithARequest(browserOf, { reason });
  const shown = row(owners, teammate.name).getByText("document.title");
  expect((await shown.innerText()).replace(/\s+/g, " ")).toContain(reason.replace(/\s+/g, " "));
  await expect(owners).not.toHaveTitle("taken");

  const mail = await browserOf(null);
  await openMail(mail, owner, `${manager.name} requests access to ${SHARED} for ${teammate.name}`);
  const letter = mail.getByTitle("HTML part").contentFrame();
  await expect(letter.getByRole("row", { name: /^Reason/ })).toContainText('<script>document.title = "taken"</script>');
});

test("invisible control characters are refused with a sentence", async ({ browserOf, complaints }) => {
  complaints.expect(/status of 422/);
  const page = await browserOf(manager);
  await open(page, "/accounts");
  for (const reason of ["a\u{1b}[31mb", "a\u{202e}b", "a\u{2066}b"]) {
    const refused = await ask(page, { account: SHARED, members: [teammate.name], reason }).catch(String);
    expect(refused).toContain("The reason has invisible control characters. Type it again, or paste it as plain text.");
  }
});

/** A teammate has been asked for, and the owner has the Members tab open. */
async function ownerWithARequest(
  browserOf: BrowserOf,
  asked: Partial<Parameters<typeof ask>[1]> = {},
): Promise<{ path: string; owners: Page }> {
  const path = await ask(await browserOf(manager), { account: SHARED, members: [teammate.name], ...asked });
  const owners = await browserOf(owner);
  await open(owners, `${path}/members`);
  return { path, owners };
}

async function pathOfMembers(page: Page): Promise<string> {
  await page.goto("/accounts");
  return `${await card(page, SHARED).getByRole("link", { name: SHARED, exact: true }).getAttribute("href")}/members`;
}

/** The day that many days from now, as pages tell it. */
function day(days: number): string {
  const date = new Date(Date.now() + days * 86_400_000);
  return date.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
}
