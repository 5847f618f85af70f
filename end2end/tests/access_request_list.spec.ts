/** The Requests page: deciding over all accounts, several at once, and what became of what was sent. */
import type { Locator, Page } from "@playwright/test";
import { card } from "../account_list.ts";
import { ask } from "../arrange.ts";
import { expect, open, test, type BrowserOf } from "../fixtures.ts";
import { tabTo } from "../keyboard.ts";
import { openMail } from "../mail.ts";
import { ASKED_FOR, manager, newcomer, owner, secondOwner, SHARED, teammate } from "../story.ts";

test.use({ fresh: true });

/** The row of a line that waits. */
function row(page: Page, name: string): Locator {
  return page.getByRole("row", { name });
}

/** A request on the page "Sent", by its account. */
function sent(page: Page, account: string): Locator {
  return page.getByRole("article", { name: account });
}

async function asked(browserOf: BrowserOf): Promise<Page> {
  const managers = await browserOf(manager);
  await ask(managers, { account: SHARED, members: [teammate.name], reason: "The spring campaign" });
  return managers;
}

test("what waits on all accounts stands in one list, oldest first, with its number beside Requests", async ({ browserOf }) => {
  await asked(browserOf);
  const owners = await browserOf(owner);
  await open(owners, "/accounts");
  await owners.getByRole("link", { name: "Requests 2 waiting for you" }).click();
  await expect(owners.getByRole("heading", { level: 1, name: "Requests" })).toBeVisible();
  await expect(owners.getByRole("link", { name: "To decide" })).toHaveAttribute("aria-current", "page");
  const names = owners.getByRole("rowheader");
  await expect(names.nth(0)).toContainText(newcomer.name);
  await expect(names.nth(1)).toContainText(teammate.name);
  await expect(row(owners, teammate.name)).toContainText("The spring campaign");

  await owners.getByRole("button", { name: `Accept ${teammate.name}'s request for ${SHARED}`, exact: true }).click();
  await expect(owners.getByText(`${teammate.name} now has access to ${SHARED}.`)).toBeVisible();
  await expect(owners).toHaveURL(/\/requests$/);
  await expect(row(owners, teammate.name)).toHaveCount(0);
  await expect(owners.getByRole("link", { name: "Requests 1 waiting for you" })).toBeVisible();
});

test("several are declined at once with a note, and one of them was decided meanwhile", async ({ browserOf }) => {
  const managers = await asked(browserOf);
  const owners = await browserOf(owner, { javaScriptEnabled: false });
  await owners.goto("/requests");
  for (const name of [newcomer.name, teammate.name]) {
    await row(owners, name).getByRole("checkbox", { name: `Select ${name}'s request` }).check();
  }
  const others = await browserOf(secondOwner);
  await open(others, "/requests");
  await others.getByRole("button", { name: `Accept ${newcomer.name}'s request for ${ASKED_FOR}`, exact: true }).click();
  await expect(others.getByText(`${newcomer.name} now has access to ${ASKED_FOR}.`)).toBeVisible();

  await owners.getByLabel("Note to the requesters (optional)").fill("Not before the audit.");
  await owners.getByRole("button", { name: "Decline selected" }).click();
  await expect(owners.getByText("1 of 2 requests was declined. The others were not:")).toBeVisible();
  await expect(owners.getByText(`${newcomer.name} on ${ASKED_FOR}: Already accepted by ${secondOwner.name}`)).toBeVisible();
  await expect(owners.getByRole("heading", { name: "Nothing waits for you" })).toBeVisible();

  await open(managers, "/requests/sent");
  const request = sent(managers, SHARED);
  await expect(request).toContainText("Declined");
  await expect(request).toContainText(`By ${owner.name}`);
  await expect(request).toContainText("Not before the audit.");
  await request.getByRole("link", { name: `Ask again about ${SHARED}` }).click();
  await expect(managers.getByRole("heading", { level: 1, name: "Request share access" })).toBeVisible();
  await expect(managers.getByRole("button", { name: `Remove ${teammate.name}` })).toBeVisible();
  await expect(managers.getByLabel("Reason")).toHaveValue("The spring campaign");
  await managers.getByRole("button", { name: "Send", exact: true }).click();
  await expect(managers.getByText(`Request sent. The owners of ${SHARED} have been told.`)).toBeVisible();
});

test("all requests are selected at once, and no longer", async ({ browserOf }) => {
  await asked(browserOf);
  const owners = await browserOf(owner);
  await open(owners, "/requests");
  const all = owners.getByRole("checkbox", { name: "Select all requests" });
  const each = owners.getByRole("checkbox", { name: /^Select .+'s request/ });
  await all.check();
  await expect(each).toHaveCount(2);
  for (const one of await each.all()) await expect(one).toBeChecked();
  await each.first().uncheck();
  await expect(all).not.toBeChecked();
  await all.check();
  await owners.getByRole("button", { name: "Accept selected" }).click();
  await expect(owners.getByText("2 requests were accepted.")).toBeVisible();
  await expect(owners.getByRole("heading", { name: "Nothing waits for you" })).toBeVisible();
});

test("with nothing selected the page says so, and keeps what was typed", async ({ browserOf, complaints }) => {
  complaints.expect(/status of 422/);
  for (const javaScriptEnabled of [true, false]) {
    const owners = await browserOf(owner, { javaScriptEnabled });
    await owners.goto("/requests");
    await owners.getByLabel("Note to the requesters (optional)").fill("Kept");
    await owners.getByRole("button", { name: "Accept selected" }).click();
    await expect(owners.getByRole("alert")).toContainText("Select at least one request.");
    await expect(owners.getByLabel("Note to the requesters (optional)")).toHaveValue("Kept");
    await expect(row(owners, newcomer.name)).toBeVisible();
  }
});

test("a new request appears, and its number, without reloading", async ({ browserOf }) => {
  const owners = await browserOf(owner);
  await open(owners, "/requests");
  await asked(browserOf);
  await expect(row(owners, teammate.name)).toBeVisible({ timeout: 3_000 });
  await expect(owners.getByRole("link", { name: "Requests 2 waiting for you" })).toBeVisible();
});

test("a request is reminded of once a day, and taken back", async ({ browserOf }) => {
  for (const javaScriptEnabled of [false, true]) {
    const managers = await asked(browserOf);
    const page = await browserOf(manager, { javaScriptEnabled });
    await page.goto("/requests/sent");
    await sent(page, SHARED).first().getByRole("button", { name: `Remind about ${SHARED}` }).click();
    await expect(page.getByText(`The owners of ${SHARED} have been reminded.`)).toBeVisible();
    await expect(sent(page, SHARED).first()).toContainText("reminded just now");
    await expect(sent(page, SHARED).first().getByRole("button", { name: "Remind" })).toHaveCount(0);
    const owners = await browserOf(owner);
    await openMail(owners, owner, `Reminder: ${manager.name} requests access to ${SHARED} for ${teammate.name}`);

    await page.goto("/requests/sent");
    await page.getByRole("button", { name: `Withdraw ${teammate.name}'s request` }).click();
    await expect(page.getByText(`The request for ${teammate.name} to have access to ${SHARED} was withdrawn.`)).toBeVisible();
    await expect(sent(page, SHARED).first()).toContainText("Withdrawn");
    await owners.goto("/requests");
    await expect(row(owners, teammate.name)).toHaveCount(0);
    await managers.close();
  }
});

test("who decides is seen under Sent without reloading", async ({ browserOf }) => {
  const managers = await asked(browserOf);
  await open(managers, "/requests/sent");
  await expect(sent(managers, SHARED)).toContainText("Pending");
  const owners = await browserOf(owner);
  await open(owners, "/requests");
  await owners.getByRole("button", { name: `Accept ${teammate.name}'s request for ${SHARED}`, exact: true }).click();
  await expect(sent(managers, SHARED)).toContainText(`By ${owner.name}`, { timeout: 3_000 });
});

test("by keyboard alone a request is selected and accepted", async ({ browserOf }) => {
  await asked(browserOf);
  const owners = await browserOf(owner);
  await open(owners, "/requests");
  await tabTo(owners, owners.getByRole("checkbox", { name: `Select ${teammate.name}'s request for ${SHARED}` }));
  await owners.keyboard.press("Space");
  await tabTo(owners, owners.getByRole("button", { name: "Accept selected" }));
  await owners.keyboard.press("Enter");
  await expect(owners.getByText("1 request was accepted.")).toBeVisible();
});

test("somebody whose access ends extends it", async ({ browserOf }) => {
  const managers = await browserOf(manager);
  await ask(managers, { account: SHARED, members: [teammate.name], accessEnd: "7" });
  const owners = await browserOf(owner);
  await open(owners, "/requests");
  await owners.getByRole("button", { name: `Accept ${teammate.name}'s request for ${SHARED}`, exact: true }).click();
  await expect(owners.getByText(`${teammate.name} now has access to ${SHARED}.`)).toBeVisible();

  const teammates = await browserOf(teammate, { javaScriptEnabled: false });
  await teammates.goto("/accounts");
  await card(teammates, SHARED).getByRole("link", { name: "Extend access" }).click();
  await expect(teammates.getByRole("heading", { level: 1, name: "Extend access" })).toBeVisible();
  await expect(teammates.getByLabel("Access ends").getByRole("option", { name: "1 day" })).toHaveCount(0);
  await teammates.getByLabel("Reason").fill("The campaign goes on");
  await teammates.getByLabel("Access ends").selectOption("30 days");
  await teammates.getByRole("button", { name: "Send" }).click();
  await expect(teammates.getByText(`Request sent. The owners of ${SHARED} have been told.`)).toBeVisible();

  await open(owners, "/requests");
  await expect(row(owners, teammate.name)).toContainText("The campaign goes on");
  await owners.getByRole("button", { name: `Accept ${teammate.name}'s request for ${SHARED}`, exact: true }).click();
  await teammates.goto("/requests/sent");
  await expect(sent(teammates, SHARED)).toContainText("Accepted");
});
