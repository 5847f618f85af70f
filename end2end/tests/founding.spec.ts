/** Two companies that have nothing yet, from the set-up link to the first accepted request, as the README tells it. */
import type { BrowserContextOptions, Page } from "@playwright/test";
import { card, pathOf, requestButton } from "../account_list.ts";
import { expect, test as base } from "../fixtures.ts";
import { openMail } from "../mail.ts";
import { startEmptyProgram, type Program } from "../program.ts";
import { openDialog, RequestForm } from "../request_form.ts";

const test = base.extend<{ program: Program & { setUpLink: string } }>({
  program: async ({ database }, use) => {
    const program = await startEmptyProgram(database);
    await use(program);
    await program.stop();
  },
});

const PASSWORD = "several words in a row";
const ACCOUNT = "Harbor Instagram";

for (const { how, options } of [
  { how: "with scripts", options: {} },
  { how: "with scripts switched off", options: { javaScriptEnabled: false } },
] satisfies { how: string; options: BrowserContextOptions }[]) {
  test(`two companies get from an empty installation to their first accepted request, ${how}`, async ({ program, browserOf }) => {
    test.slow();
    const scripts = options.javaScriptEnabled ?? true;

    const hana = await browserOf(null, options);
    await setUp(hana, program.setUpLink);
    await addAccount(hana);
    await addPartner(hana, "gus@northlight.example");

    const gus = await browserOf(null, options);
    await found(gus);
    await acceptPartnership(gus);

    const ann = await browserOf(null, options);
    await invite(gus, "ann@northlight.example");
    await join(ann);

    await shareAccount(hana);
    await gus.goto("/accounts");
    await expect(card(gus, ACCOUNT).getByText("Account manager")).toBeVisible();
    if (scripts) {
      await gus.locator("html[data-hydrated]").waitFor();
      const form = await openDialog(gus, ACCOUNT);
      await form.pick("ann", "Ann Newcomer");
      await form.send.click();
    } else {
      await requestButton(gus, ACCOUNT).click();
      const form = new RequestForm(gus.getByRole("main"));
      await form.search.fill("ann");
      await form.root.getByRole("button", { name: "Search" }).click();
      await form.root.getByRole("button", { name: "Add Ann Newcomer" }).click();
      await form.send.click();
    }
    await expect(gus.getByText(`Request sent. The owners of ${ACCOUNT} have been told.`)).toBeVisible();

    await hana.goto("/requests");
    await hana.getByRole("button", { name: "Accept Ann Newcomer's request" }).click();
    await expect(hana.getByText(`Ann Newcomer now has access to ${ACCOUNT}.`)).toBeVisible();

    await ann.goto("/accounts");
    await expect(card(ann, ACCOUNT).getByText("Collaborator")).toBeVisible();
    await ann.goto(await pathOf(ann, ACCOUNT));
    await expect(ann.getByText("harbor.coffee")).toBeVisible();
  });
}

async function setUp(page: Page, link: string): Promise<void> {
  await page.goto(link);
  await page.getByLabel("Workspace name").fill("Harbor Coffee");
  await page.getByLabel("Email address").fill("hana@harbor.example");
  await page.getByLabel("Your name").fill("Hana Head");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Set up" }).click();
  await expect(page.getByText("Harbor Coffee is founded, and you are its Owner.")).toBeVisible();
}

async function addAccount(page: Page): Promise<void> {
  await page.goto("/accounts");
  await page.getByRole("link", { name: "Add account" }).first().click();
  await page.getByLabel("Label").fill(ACCOUNT);
  await page.getByLabel("App", { exact: true }).fill("Instagram");
  await page.getByLabel("Username").fill("harbor.coffee");
  await page.getByRole("button", { name: "Add account" }).click();
  await expect(page.getByText(`${ACCOUNT} is added. You are its Owner.`)).toBeVisible();
}

/** The company has no workspace here yet: its contact is invited to found one. */
async function addPartner(page: Page, contact: string): Promise<void> {
  await page.goto("/partners/add");
  await page.getByLabel("Contact’s email address").fill(contact);
  await page.getByRole("button", { name: "Send request" }).click();
  await expect(page.getByText(/^Request sent\. An Admin of/)).toBeVisible();
}

async function found(page: Page): Promise<void> {
  await followMail(page, "gus@northlight.example", "Harbor Coffee proposes a partnership in Latchkey", /\/found-workspace\?token=/);
  await page.getByLabel("Workspace name").fill("Northlight Studio");
  await page.getByLabel("Your name").fill("Gus Guestadmin");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Found workspace" }).click();
  await expect(page.getByText("Northlight Studio is founded, and you are its Owner.")).toBeVisible();
}

async function acceptPartnership(page: Page): Promise<void> {
  await page.goto("/partners");
  await page.getByRole("link", { name: "Harbor Coffee" }).click();
  await page.getByRole("link", { name: "Accept request" }).click();
  await page.getByLabel("My company agrees to these terms").check();
  await page.getByRole("button", { name: "Accept request" }).click();
  await expect(page.getByRole("heading", { level: 1, name: "Harbor Coffee" })).toBeVisible();
  await expect(page.getByText("Active", { exact: true }).first()).toBeVisible();
}

async function invite(page: Page, address: string): Promise<void> {
  await page.goto("/members");
  await page.getByRole("link", { name: "Invite members" }).click();
  await page.getByLabel("Email addresses").fill(address);
  await page.getByRole("button", { name: "Send invitations" }).click();
  await expect(page.getByText(`${address} was invited.`)).toBeVisible();
}

async function join(page: Page): Promise<void> {
  await followMail(page, "ann@northlight.example", "Gus Guestadmin invites you to join Northlight Studio", /\/join\?token=/);
  await page.getByLabel("Your name").fill("Ann Newcomer");
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Join" }).click();
  await expect(page.getByText("You have joined Northlight Studio.")).toBeVisible();
}

async function shareAccount(page: Page): Promise<void> {
  await page.goto("/partners");
  await page.getByRole("link", { name: "Northlight Studio" }).click();
  await page.getByRole("link", { name: "Accounts", exact: true }).click();
  await page.getByRole("link", { name: "Share accounts" }).first().click();
  await page.getByLabel(ACCOUNT).check();
  await page.getByRole("button", { name: "Continue" }).click();
  await expect(page.getByLabel("Gus Guestadmin")).toBeChecked();
  await page.getByRole("button", { name: "Continue" }).click();
  await page.getByRole("button", { name: "Share accounts" }).click();
  await expect(page.getByRole("row", { name: new RegExp(ACCOUNT) })).toBeVisible();
}

/** Follows the link in a mail, as its text tells it. */
async function followMail(page: Page, address: string, subject: string, link: RegExp): Promise<void> {
  await openMail(page, { name: "", email: address }, subject);
  await page.goto((await page.getByRole("link", { name: link }).getAttribute("href")) ?? "");
}
