/** The dialog "Request share access" while it is filled in: nothing here is sent. */
import { requestButton } from "../account_list.ts";
import { expect, open, test } from "../fixtures.ts";
import { dialogOf, openDialog } from "../request_form.ts";
import { ASKED_FOR, collaborator, manager, newcomer, SHARED, teammate } from "../story.ts";

/** Typed into the search box, it finds several members. */
const SEVERAL = "o";

test("suggestions are walked through and picked with the keys of a combobox", async ({ browserOf }) => {
  const page = await browserOf(manager);
  await open(page, "/accounts");
  const form = await openDialog(page, SHARED);
  const { keyboard } = page;
  await expect(form.search).toHaveRole("combobox");
  await expect(form.search).toHaveAttribute("aria-expanded", "false");
  await keyboard.type(SEVERAL);
  await expect(form.suggestions).toBeVisible();
  await expect(form.search).toHaveAttribute("aria-expanded", "true");
  const options = form.suggestions.getByRole("option");
  const selected = form.suggestions.getByRole("option", { selected: true });
  await expect(selected).toHaveCount(0);

  await test.step("the arrows go round", async () => {
    const last = (await options.count()) - 1;
    expect(last).toBeGreaterThan(0);
    await keyboard.press("ArrowDown");
    await expect(options.nth(0)).toHaveAttribute("aria-selected", "true");
    await expect(form.search).toBeFocused();
    await expect(form.search).toHaveAttribute("aria-activedescendant", (await options.nth(0).getAttribute("id")) ?? "");
    await keyboard.press("ArrowUp");
    await expect(options.nth(last)).toHaveAttribute("aria-selected", "true");
    await expect(selected).toHaveCount(1);
    await keyboard.press("ArrowDown");
    await expect(options.nth(0)).toHaveAttribute("aria-selected", "true");
  });

  await test.step("Home and End go to the ends of what is typed", async () => {
    await keyboard.press("Home");
    await expect(selected).toHaveCount(0);
    await keyboard.type("b");
    await keyboard.press("End");
    await keyboard.type("e");
    await expect(form.search).toHaveValue(`b${SEVERAL}e`);
  });

  await test.step("Escape closes the list first, an arrow opens it again", async () => {
    await form.search.fill("ann");
    await expect(form.suggestion(teammate.name)).toBeVisible();
    await keyboard.press("Escape");
    await expect(form.suggestions).toBeHidden();
    await expect(form.search).toHaveValue("ann");
    await expect(form.search).toHaveAttribute("aria-expanded", "false");
    await keyboard.press("ArrowDown");
    await expect(form.suggestion(teammate.name)).toHaveAttribute("aria-selected", "true");
  });

  await test.step("Enter picks, and empties the box", async () => {
    await keyboard.press("Enter");
    await expect(form.remove(teammate.name)).toBeVisible();
    await expect(form.search).toHaveValue("");
    await expect(form.search).toBeFocused();
    await expect(form.suggestions).toBeHidden();
  });
});

test("the number of suggestions is announced", async ({ browserOf }) => {
  const page = await browserOf(manager);
  await open(page, "/accounts");
  const form = await openDialog(page, SHARED);
  const said = form.root.getByRole("status").filter({ hasText: /suggestion|No members found/ });
  await form.search.fill("ann");
  await expect(said).toHaveText("1 suggestion");
  await form.search.fill(SEVERAL);
  await expect(said).toHaveText(/^\d+ suggestions$/);
  await expect(form.suggestions.getByRole("option")).toHaveCount(parseInt(await said.innerText()));
  await form.search.fill("nobody is called this");
  await expect(said).toHaveText("No members found");
});

test("a member is found by the beginning of any word, in any order, and by the address", async ({ browserOf }) => {
  const page = await browserOf(manager);
  await open(page, "/accounts");
  const form = await openDialog(page, SHARED);
  for (const { typed, name } of [
    { typed: "sor", name: teammate.name },
    { typed: "SØRENSEN an", name: teammate.name },
    { typed: "teammate@north", name: teammate.name },
    { typed: "begona mar", name: "María Begoña Santos" },
    { typed: "陈", name: "陈静" },
  ]) {
    await form.search.fill(typed);
    await expect(form.suggestion(name), typed).toBeVisible();
  }
});

test("members of the other company are not found", async ({ browserOf }) => {
  const page = await browserOf(manager);
  await open(page, "/accounts");
  const form = await openDialog(page, SHARED);
  await form.search.fill("marta lindqvist");
  await expect(form.root.getByText("No members found")).toBeVisible();
});

test("who cannot be asked for is shown with the reason, and cannot be picked", async ({ browserOf }) => {
  const page = await browserOf(manager);
  await open(page, "/accounts");
  const form = await openDialog(page, ASKED_FOR);
  for (const { typed, name, reason } of [
    { typed: "chloe", name: collaborator.name, reason: /Already has access as Collaborator/ },
    { typed: "ida", name: newcomer.name, reason: /Already requested by Ben Okafor on \d+ \w+ \d{4}/ },
    { typed: "okafor", name: manager.name, reason: /You cannot request access for yourself/ },
  ]) {
    await form.search.fill(typed);
    const suggestion = form.suggestion(name);
    await expect(suggestion).toContainText(reason);
    await expect(suggestion).toBeDisabled();
    await suggestion.click({ force: true });
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect(form.search).toHaveValue(typed);
  }
  await expect(form.root.getByText("Nobody is picked yet.")).toBeVisible();
});

test("who has a lower role can be asked for again with a higher one", async ({ browserOf }) => {
  const page = await browserOf(manager);
  await open(page, "/accounts");
  const form = await openDialog(page, ASKED_FOR);
  await form.role("Account manager").check();
  await form.pick("chloe", collaborator.name);
});

test("a member who is picked twice stands in the list once, and can be removed", async ({ browserOf }) => {
  const page = await browserOf(manager);
  await open(page, "/accounts");
  const form = await openDialog(page, SHARED);
  await form.pick("ann", teammate.name);
  await form.pick("robert", "Robert Müller");
  await form.search.fill("ann");
  await form.suggestion(teammate.name).click();
  await expect(form.search).toHaveValue("");
  await expect(form.picked.getByRole("listitem")).toHaveCount(2);

  await form.remove(teammate.name).click();
  await expect(form.picked.getByRole("listitem")).toHaveCount(1);
  await expect(form.remove("Robert Müller")).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(form.root.getByText("Nobody is picked yet.")).toBeVisible();
  await expect(form.search).toBeFocused();
});

test("an answer that comes late does not replace a newer one", async ({ browserOf }) => {
  const page = await browserOf(manager);
  await open(page, "/accounts");
  const form = await openDialog(page, SHARED);
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  const isLate = (body: string | null) => body?.includes("typed=rob") ?? false;
  await page.route("/api/access-request/search-members", async (route) => {
    if (isLate(route.request().postData())) await released;
    await route.continue();
  });
  const asked = page.waitForRequest((request) => isLate(request.postData()));
  await form.search.fill("rob");
  await asked;
  await form.search.fill("ann");
  await expect(form.suggestion(teammate.name)).toBeVisible();
  const answered = page.waitForEvent("requestfinished", (request) => isLate(request.postData()));
  release();
  await answered;
  await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
  await expect(form.suggestions.getByRole("option")).toHaveCount(1);
  await expect(form.suggestion(teammate.name)).toBeVisible();
});

test("a search that fails says so, and the next one works", async ({ browserOf, complaints }) => {
  complaints.expect(/Failed to load resource|error reaching server to call server function/);
  const page = await browserOf(manager);
  await open(page, "/accounts");
  const form = await openDialog(page, SHARED);
  await page.route("/api/access-request/search-members", (route) => route.abort(), { times: 1 });
  await form.search.fill("an");
  await expect(form.root.getByText("The search did not answer. Check your connection, then type again.")).toBeVisible();
  await form.search.fill("ann");
  await expect(form.suggestion(teammate.name)).toBeVisible();
});

test("Escape closes the list, then the dialog, which keeps what was typed", async ({ browserOf }) => {
  const page = await browserOf(manager);
  await open(page, "/accounts");
  const form = await openDialog(page, SHARED);
  await form.pick("robert", "Robert Müller");
  await form.reason.fill("For the winter");
  await form.search.fill("ann");
  await expect(form.suggestions).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(form.suggestions).toBeHidden();
  await expect(dialogOf(page)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(dialogOf(page)).toBeHidden();
  await expect(requestButton(page, SHARED)).toBeFocused();

  await openDialog(page, SHARED);
  await expect(form.remove("Robert Müller")).toBeVisible();
  await expect(form.reason).toHaveValue("For the winter");
});

test("each account keeps what was typed for it", async ({ browserOf }) => {
  const page = await browserOf(manager);
  await open(page, "/accounts");
  for (const account of [SHARED, ASKED_FOR]) {
    const form = await openDialog(page, account);
    await expect(form.reason).toHaveValue("");
    await form.reason.fill(`For ${account}`);
    await page.keyboard.press("Escape");
    await expect(dialogOf(page)).toBeHidden();
  }
  for (const account of [SHARED, ASKED_FOR]) {
    const form = await openDialog(page, account);
    await expect(form.reason).toHaveValue(`For ${account}`);
    await page.keyboard.press("Escape");
    await expect(dialogOf(page)).toBeHidden();
  }
});

test("Cancel closes the dialog and forgets what was typed", async ({ browserOf }) => {
  const page = await browserOf(manager);
  await open(page, "/accounts");
  const form = await openDialog(page, SHARED);
  await form.pick("robert", "Robert Müller");
  await form.reason.fill("For the winter");
  await form.cancel.click();
  await expect(dialogOf(page)).toBeHidden();
  await expect(requestButton(page, SHARED)).toBeFocused();

  await openDialog(page, SHARED);
  await expect(form.remove("Robert Müller")).toBeHidden();
  await expect(form.reason).toHaveValue("");
});

test("the focus stays inside the dialog", async ({ browserOf }) => {
  const page = await browserOf(manager);
  await open(page, "/accounts");
  await openDialog(page, SHARED);
  for (let pressed = 0; pressed < 20; pressed += 1) {
    await page.keyboard.press("Tab");
    // Past the last control the browser's own frame has the focus, which a page sees as the body's.
    const inside = await dialogOf(page).evaluate(
      (dialog) => document.activeElement === document.body || dialog.contains(document.activeElement),
    );
    expect(inside, `after ${pressed + 1} times Tab`).toBe(true);
  }
});

test("a form that cannot be loaded says so, and is loaded by another try", async ({ browserOf, complaints }) => {
  complaints.expect(/Failed to load resource|error reaching server to call server function/);
  const page = await browserOf(manager);
  await open(page, "/accounts");
  await page.route("/api/access-request/form", (route) => route.abort(), { times: 1 });
  await requestButton(page, SHARED).click();
  await expect(dialogOf(page).getByRole("alert")).toContainText("The form could not be loaded.");
  await dialogOf(page).getByRole("button", { name: "Try again" }).click();
  await expect(dialogOf(page).getByLabel("Search members by name or email address")).toBeFocused();
});

test("only account managers of the guest have the button", async ({ browserOf }) => {
  const collaborators = await browserOf(collaborator);
  await collaborators.goto("/accounts");
  await expect(collaborators.getByRole("article").first()).toBeVisible();
  await expect(collaborators.getByRole("button", { name: "Request share access for this account" })).toHaveCount(0);
});
