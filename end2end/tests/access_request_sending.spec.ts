/** Sending a request from the dialog: what is wrong with it, what goes wrong on the way, and that it stays one. */
import type { Page } from "@playwright/test";
import { pathOf } from "../account_list.ts";
import { expect, open, test, type BrowserOf } from "../fixtures.ts";
import { dialogOf, openDialog, type RequestForm } from "../request_form.ts";
import { manager, owner, SHARED, teammate } from "../story.ts";

test.use({ fresh: true });

const SEND = "/api/access-request/send";
const SENT = `Request sent. The owners of ${SHARED} have been told.`;

test("with nobody picked it says so, and leads to the search box", async ({ browserOf, complaints }) => {
  complaints.expect(/status of 422/);
  const page = await browserOf(manager);
  await open(page, "/accounts");
  const form = await openDialog(page, SHARED);
  await form.reason.fill("For the winter");
  await form.send.click();
  await expect(form.problems).toBeFocused();
  await expect(form.problems).toContainText("There is a problem");
  await expect(form.search).toHaveAttribute("aria-invalid", "true");
  await expect(form.search).toHaveAccessibleDescription(/Pick at least one member/);
  await form.problems.getByRole("link", { name: "Pick at least one member" }).click();
  await expect(form.search).toBeFocused();
  await expect(form.reason).toHaveValue("For the winter");
});

test("a reason that is too long is refused and kept", async ({ browserOf, complaints }) => {
  complaints.expect(/status of 422/);
  const page = await browserOf(manager);
  await open(page, "/accounts");
  const form = await openDialog(page, SHARED);
  await fillIn(form);
  const long = "é".repeat(1_001);
  await form.reason.fill(long);
  await expect(form.root.getByText("1,001 of 1,000 characters")).toBeVisible();
  await form.send.click();
  await expect(form.problems).toBeFocused();
  await expect(form.reason).toHaveAccessibleDescription(/The reason has 1,001 characters. Shorten it to at most 1,000./);
  await expect(form.reason).toHaveValue(long);
  await expect(form.remove(teammate.name)).toBeVisible();
  await form.reason.fill(long.slice(1));
  await form.send.click();
  await expect(page.getByText(SENT)).toBeVisible();
});

test("a date that has passed is refused at its field", async ({ browserOf, complaints }) => {
  complaints.expect(/status of 422/);
  const page = await browserOf(manager);
  await open(page, "/accounts");
  const form = await openDialog(page, SHARED);
  await fillIn(form);
  await expect(form.endDate).toBeHidden();
  await form.accessEnds.selectOption("A date");
  await form.endDate.fill("2020-02-29");
  await form.send.click();
  await form.problems.getByRole("link", { name: "Choose a day that has not passed." }).click();
  await expect(form.endDate).toBeFocused();
  await expect(form.endDate).toHaveAccessibleDescription(/Choose a day that has not passed\./);
});

for (const failure of ["the server answers 500", "the server answers 503", "the network fails", "the answer is lost"] as const) {
  test(`when ${failure}, everything typed is kept and another try makes one request`, async ({ browserOf, complaints }) => {
    complaints.expect(/Failed to load resource/);
    // The framework's own words for what it could not read.
    complaints.expect(/^error (deserializing server function results|reaching server to call server function)/);
    const page = await browserOf(manager);
    await open(page, "/accounts");
    const account = await pathOf(page, SHARED);
    const form = await openDialog(page, SHARED);
    await fillIn(form);
    await page.route(
      SEND,
      async (route) => {
        if (failure === "the server answers 500") return route.fulfill({ status: 500, body: "out of order" });
        if (failure === "the server answers 503") return route.fulfill({ status: 503, body: "" });
        if (failure === "the answer is lost") await route.fetch();
        return route.abort();
      },
      { times: 1 },
    );
    await form.send.click();
    await expect(form.problems).toBeFocused();
    await expect(form.remove(teammate.name)).toBeVisible();
    await expect(form.role("Account manager")).toBeChecked();
    await expect(form.accessEnds).toHaveValue("7");
    await expect(form.reason).toHaveValue("She starts on Monday.");
    await form.send.click();
    await expect(page.getByText(SENT)).toBeVisible();
    await expect(dialogOf(page)).toBeHidden();
    await expectOneRequest(browserOf, account);
  });
}

test("an incident on the server is told with its number", async ({ browserOf, complaints }) => {
  complaints.expect(/status of 500/);
  const page = await browserOf(manager);
  await open(page, "/accounts");
  const form = await openDialog(page, SHARED);
  await fillIn(form);
  await page.route(SEND, (route) =>
    route.fulfill({
      status: 500,
      headers: { "content-type": "application/json", serverfnerror: SEND },
      json: { unexpected: { incident: "k7m2-q9xt" } },
    }),
  );
  await form.send.click();
  await expect(form.problems).toContainText("k7m2-q9xt");
});

test("a double click sends one request", async ({ browserOf }) => {
  const page = await browserOf(manager);
  await open(page, "/accounts");
  const account = await pathOf(page, SHARED);
  const form = await openDialog(page, SHARED);
  await fillIn(form);
  let sent = 0;
  page.on("request", (request) => (sent += Number(request.url().endsWith(SEND))));
  await form.send.dblclick();
  await expect(page.getByText(SENT)).toBeVisible();
  expect(sent).toBe(1);
  await expectOneRequest(browserOf, account);
});

test("who was asked for meanwhile is named with the reason, and the others are sent", async ({ browserOf }) => {
  const page = await browserOf(manager);
  await open(page, "/accounts");
  const form = await openDialog(page, SHARED);
  await form.pick("ann", teammate.name);
  await form.pick("robert", "Robert Müller");
  const elsewhere = await page.context().newPage();
  await open(elsewhere, "/accounts");
  const other = await openDialog(elsewhere, SHARED);
  await other.pick("ann", teammate.name);
  await other.send.click();
  await expect(elsewhere.getByText(SENT)).toBeVisible();

  await form.send.click();
  await expect(page.getByText(SENT)).toBeVisible();
  await expect(page.getByText(/Not requested for Ann Sørensen: Already requested by Ben Okafor on /)).toBeVisible();
});

test("the message goes when it is dismissed", async ({ browserOf }) => {
  const page = await browserOf(manager);
  await open(page, "/accounts");
  const form = await openDialog(page, SHARED);
  await fillIn(form);
  await form.send.click();
  await expect(page.getByText(SENT)).toBeVisible();
  await page.getByRole("button", { name: "Dismiss this message" }).click();
  await expect(page.getByText(SENT)).toBeHidden();
});

async function fillIn(form: RequestForm): Promise<void> {
  await form.pick("ann", teammate.name);
  await form.role("Account manager").check();
  await form.accessEnds.selectOption("7 days");
  await form.reason.fill("She starts on Monday.");
}

/** As an owner sees it: one line, one notification. */
async function expectOneRequest(browserOf: BrowserOf, account: string): Promise<void> {
  const owners: Page = await browserOf(owner);
  await owners.goto(`${account}/members`);
  await expect(owners.getByRole("row", { name: teammate.name })).toHaveCount(1);
  await owners.goto("/notifications");
  const told = owners.getByRole("link", { name: `${manager.name} requests access to ${SHARED} for ${teammate.name}` });
  await expect(told).toHaveCount(1);
}
