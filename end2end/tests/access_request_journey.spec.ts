/** The main job, from wanting access to having it: a manager asks, an owner hears of it and says yes, the teammate has it. */
import type { Page } from "@playwright/test";
import { card, requestButton } from "../account_list.ts";
import { awake, expect, open, test, type BrowserOf } from "../fixtures.ts";
import { tabTo } from "../keyboard.ts";
import { openInLatchkey, openMail } from "../mail.ts";
import { dialogOf, openDialog, RequestForm } from "../request_form.ts";
import { manager, owner, PASSWORD, secondOwner, SHARED, teammate, type Person } from "../story.ts";

test.use({ fresh: true });

const REASON = "Ann writes the autumn posts.\nShe starts on Monday.";
const SENT = `Request sent. The owners of ${SHARED} have been told.`;
const SUBJECT = `${manager.name} requests access to ${SHARED} for ${teammate.name}`;
const ACCEPTED = `${teammate.name} now has access to ${SHARED}.`;

for (const { where, viewport } of [
  { where: "on a wide screen", viewport: { width: 1280, height: 800 } },
  { where: "on a phone", viewport: { width: 360, height: 740 } },
]) {
  test.describe(() => {
    test.use({ viewport });

    test(`a request is sent, accepted and seen, ${where}`, async ({ browserOf }) => {
      const teammates = await waitingTeammate(browserOf);

      const managers = await browserOf(null);
      await managers.goto("/");
      await signIn(managers, manager);
      await expect(managers).toHaveURL("/accounts");
      await awake(managers);
      const form = await openDialog(managers, SHARED);
      await expect(form.root.getByText(SHARED)).toBeVisible();
      await form.search.pressSequentially("ann");
      await form.suggestion(teammate.name).click();
      await expect(form.search).toHaveValue("");
      await expect(form.picked.getByText(teammate.email)).toBeVisible();
      await form.role("Account manager").check();
      await form.accessEnds.selectOption("30 days");
      await form.reason.fill(REASON);
      await form.send.click();
      await expect(managers.getByText(SENT)).toBeVisible();
      await expect(dialogOf(managers)).toBeHidden();
      await expect(requestButton(managers, SHARED)).toBeFocused();

      const owners = await ownerWithTheMail(browserOf);
      await signIn(owners, owner);
      await awake(owners);
      await expectTheRequest(owners);
      await owners.getByRole("button", { name: `Accept ${teammate.name}'s request`, exact: true }).click();
      await expect(owners.getByText(ACCEPTED)).toBeVisible();
      await expectTheCardToAppear(teammates);
      await expectTheMember(owners);
    });
  });
}

test("a request is sent, accepted and seen by keyboard alone", async ({ browserOf }) => {
  const teammates = await waitingTeammate(browserOf);

  const managers = await browserOf(null);
  const { keyboard } = managers;
  await managers.goto("/sign-in");
  await signInByKeyboard(managers, manager);
  await awake(managers);
  const form = new RequestForm(dialogOf(managers));
  await tabTo(managers, requestButton(managers, SHARED));
  await keyboard.press("Enter");
  await expect(form.search).toBeFocused();
  await keyboard.type("ann");
  await expect(form.suggestion(teammate.name)).toBeVisible();
  await keyboard.press("ArrowDown");
  await keyboard.press("Enter");
  await expect(form.remove(teammate.name)).toBeVisible();
  await tabTo(managers, form.role("Collaborator"));
  await keyboard.press("ArrowDown");
  await expect(form.role("Account manager")).toBeChecked();
  await tabTo(managers, form.accessEnds);
  for (const end of ["1", "7", "30"]) {
    await keyboard.press("ArrowDown");
    await expect(form.accessEnds).toHaveValue(end);
  }
  await tabTo(managers, form.reason);
  for (const line of REASON.split("\n").entries()) {
    if (line[0] > 0) await keyboard.press("Enter");
    await keyboard.type(line[1]);
  }
  await tabTo(managers, form.send);
  await keyboard.press("Enter");
  await expect(managers.getByText(SENT)).toBeVisible();
  await expect(requestButton(managers, SHARED)).toBeFocused();

  const owners = await ownerWithTheMail(browserOf);
  await signInByKeyboard(owners, owner);
  await awake(owners);
  await expectTheRequest(owners);
  await tabTo(owners, owners.getByRole("button", { name: `Accept ${teammate.name}'s request`, exact: true }));
  await owners.keyboard.press("Enter");
  await expect(owners.getByText(ACCEPTED)).toBeVisible();
  await expectTheCardToAppear(teammates);
  await expectTheMember(owners);
});

test.describe("with scripts switched off", () => {
  test.use({ javaScriptEnabled: false });

  test("a request is sent, accepted and seen", async ({ browserOf }) => {
    const managers = await browserOf(null);
    await managers.goto("/");
    await signIn(managers, manager);
    await requestButton(managers, SHARED).click();
    await expect(managers.getByRole("heading", { level: 1, name: "Request share access" })).toBeVisible();
    const form = new RequestForm(managers.getByRole("main"));
    await form.search.fill("robert");
    await form.root.getByRole("button", { name: "Search" }).click();
    await form.root.getByRole("button", { name: "Add Robert Müller" }).click();
    await form.search.fill("ann");
    await form.search.press("Enter");
    await form.root.getByRole("button", { name: `Add ${teammate.name}` }).click();
    await expect(form.search).toHaveValue("");
    await form.role("Account manager").check();
    await form.accessEnds.selectOption("30 days");
    await form.reason.fill(REASON);
    await form.remove("Robert Müller").click();
    await expect(form.remove("Robert Müller")).toBeHidden();
    await expect(form.remove(teammate.name)).toBeVisible();
    await expect(form.role("Account manager")).toBeChecked();
    await expect(form.accessEnds).toHaveValue("30");
    await expect(form.reason).toHaveValue(REASON);
    await form.send.click();
    await expect(managers).toHaveURL("/accounts");
    await expect(managers.getByText(SENT)).toBeVisible();

    const teammates = await browserOf(teammate);
    await teammates.goto("/accounts");
    await expect(card(teammates, SHARED)).toBeHidden();

    const owners = await ownerWithTheMail(browserOf);
    await signIn(owners, owner);
    await expectTheRequest(owners);
    await owners.getByRole("button", { name: `Accept ${teammate.name}'s request`, exact: true }).click();
    await expect(owners.getByText(ACCEPTED)).toBeVisible();
    await expectTheMember(owners);

    await teammates.reload();
    await expect(card(teammates, SHARED)).toBeVisible();
  });
});

/** The teammate, with All accounts open before anything happens. */
async function waitingTeammate(browserOf: BrowserOf): Promise<Page> {
  const page = await browserOf(teammate);
  await open(page, "/accounts");
  await expect(page.getByRole("heading", { name: "You have no accounts yet" })).toBeVisible();
  await page.evaluate(() => Object.assign(window, { notReloaded: true }));
  return page;
}

async function expectTheCardToAppear(teammates: Page): Promise<void> {
  await expect(card(teammates, SHARED)).toBeVisible({ timeout: 2_000 });
  await expect(card(teammates, SHARED).getByText("Account manager")).toBeVisible();
  expect(await teammates.evaluate(() => "notReloaded" in window), "the page is still the same").toBe(true);
}

/** The owner has read what the mail says, and followed its button as far as the page to sign in. */
async function ownerWithTheMail(browserOf: BrowserOf): Promise<Page> {
  const mail = await browserOf(null);
  await openMail(mail, secondOwner, SUBJECT);
  await openMail(mail, owner, SUBJECT);
  const letter = mail.getByTitle("HTML part").contentFrame();
  for (const [what, told] of [
    ["Requested by", `${manager.name} (Northlight Studio)`],
    ["Account", SHARED],
    ["Member", teammate.name],
    ["Role", "Account manager"],
    ["Access ends", "30 days"],
    ["Reason", REASON.replace("\n", " ")],
  ] as const) {
    const row = letter.getByRole("row", { name: new RegExp(`^${what}`) });
    await expect(row, what).toHaveText(new RegExp(told.replace(/[.()]/g, "\\$&").replaceAll(" ", "\\s*")));
  }
  const page = await openInLatchkey(mail);
  await expect(page.getByRole("heading", { name: "Sign in" })).toBeVisible();
  return page;
}

async function expectTheRequest(owners: Page): Promise<void> {
  await expect(owners.getByRole("heading", { level: 1, name: SHARED })).toBeVisible();
  await expect(owners.getByRole("link", { name: "Members", exact: true })).toHaveAttribute("aria-current", "page");
  const line = owners.getByRole("row", { name: teammate.name });
  await expect(line).toBeInViewport();
  for (const told of ["Account manager", "30 days", manager.name, "Ann writes the autumn posts.", "Pending"]) {
    await expect(line).toContainText(told);
  }
}

async function expectTheMember(owners: Page): Promise<void> {
  const row = owners.getByRole("row", { name: teammate.name });
  await expect(row).toHaveCount(1);
  await expect(row).toContainText("Active");
  await expect(row.getByLabel(`Role of ${teammate.name}`)).toHaveValue("account_manager");
  await expect(row.getByRole("button", { name: `Remove ${teammate.name}` })).toBeVisible();
}

async function signIn(page: Page, person: Person): Promise<void> {
  await page.getByLabel("Email address").fill(person.email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
}

async function signInByKeyboard(page: Page, person: Person): Promise<void> {
  await tabTo(page, page.getByLabel("Email address"));
  await page.keyboard.type(person.email);
  await tabTo(page, page.getByLabel("Password"));
  await page.keyboard.type(PASSWORD);
  await page.keyboard.press("Enter");
  await page.waitForURL((url) => url.pathname !== "/sign-in");
}
