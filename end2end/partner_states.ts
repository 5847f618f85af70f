/** Pages of partners: their list, a partnership from its proposal to its end, and what is shared through it. */
import { expect, type Page } from "@playwright/test";
import { awake, open, type BrowserOf } from "./fixtures.ts";
import { openRemove, openStopSharing } from "./members_tab.ts";
import { act, expectState, ownId, proposal, propose } from "./partner.ts";
import { expectStep, proceed } from "./share_steps.ts";
import { acted, below, led, linkedOn, page, type State } from "./state.ts";
import { admin, collaborator, director, GUEST, HOST, manager, owner, secondOwner, SHARED, UNSHARED, type Person } from "./story.ts";

const CONTACT = "contact@elsewhere.example";

const ofGuest = (rest: string) => async (page: Page) => `${await linkedOn("/partners", GUEST)(page)}${rest}`;
const ofHost = (rest: string) => async (page: Page) => `${await linkedOn("/partners", HOST)(page)}${rest}`;

/** Of the steps in which an account is shared, as many are done. */
function shareStep(name: string, done: number): State {
  return acted(`Share accounts, ${name}`, owner, async (page) => {
    await page.goto("/accounts");
    await page.goto(await below(UNSHARED, "/share")(page));
    await page.getByRole("link", { name: `Share with ${GUEST}` }).click();
    for (let step = 0; step < done; step += 1) await proceed(page);
    await expectStep(page, name);
  });
}

export const PARTNER_PAGES: readonly State[] = [
  page("Partners", owner, "/partners"),
  page("Partners, none", secondOwner, "/partners"),
  page("Add partner, for an Admin", admin, "/partners/add"),
  page("Add partner, for a User", secondOwner, "/partners/add"),
  page("A partner, for the host", owner, ofGuest("")),
  page("A partner, for the guest", director, ofHost("")),
  page("Accounts of a partner", owner, ofGuest("/accounts")),
  page("Accounts of a partner, none found", owner, ofGuest("/accounts?search=nothing+is+called+this")),
  page("Accounts of a partner, none", director, ofHost("/accounts")),
  page("Members of a partner, for the host", owner, ofGuest("/members")),
  page("Members of a partner, for the guest", director, ofHost("/members")),
  page("Policy, for the host", owner, ofGuest("/policy")),
  page("Policy, for the guest", director, ofHost("/policy")),
  page("Suspend a partnership", owner, ofGuest("/suspend")),
  page("Set the end of a partnership", owner, ofGuest("/end")),
  page("Name a partnership owner", owner, ofGuest("/owner?search=a")),
  page("Remove a partner", owner, ofGuest("/remove")),
  shareStep("Accounts", 0),
  shareStep("Role and people", 1),
  shareStep("End of access", 2),
];

/** A partner's form that has been sent with something wrong in it. */
function refused(name: string, path: (page: Page) => Promise<string>, fill: (page: Page) => Promise<void>): State {
  return acted(`${name}, refused`, owner, async (page) => {
    await page.goto(await path(page));
    await fill(page);
    await expect(page.getByRole("alert")).toBeVisible();
  });
}

export const PARTNER_FAILURES: readonly State[] = [
  acted("Add partner, refused", owner, async (page) => {
    const own = await ownId(page);
    await page.goto("/partners/add");
    const form = proposal(page.getByRole("main"));
    await form.workspaceId.fill(own);
    await form.contact.fill(CONTACT);
    await form.send.click();
    await expect(page.getByRole("alert")).toBeVisible();
  }),
  refused("Policy", ofGuest("/policy"), async (page) => {
    await page.getByLabel("Requests stay open, in days").fill("91");
    await page.getByRole("button", { name: "Save policy" }).click();
  }),
  refused("Share accounts", ofGuest("/share-accounts"), proceed),
];

export const PARTNER_DIALOGS: readonly State[] = [
  acted("Add partner, in the dialog", director, async (page) => {
    await open(page, "/partners");
    await page.getByRole("button", { name: "Add partner" }).click();
    await expect(page.getByRole("dialog", { name: "Add partner" })).toBeVisible();
  }),
  acted("Stop sharing?", owner, async (page) => {
    await open(page, await ofGuest("/accounts")(page));
    await openStopSharing(page, SHARED);
  }),
  acted("Remove member? of a partner", owner, async (page) => {
    await open(page, await ofGuest("/members")(page));
    await openRemove(page, collaborator.name);
  }),
];

/** Somebody proposes a partnership. Gives the path of the partner's page. */
async function proposed(browserOf: BrowserOf, by: Person, workspaceId: string, reason?: string): Promise<string> {
  const page = await browserOf(by);
  await propose(page, workspaceId, CONTACT, reason);
  return new URL(page.url()).pathname;
}

/** The guest of the story proposes a partnership to its host. */
async function proposedToHost(browserOf: BrowserOf): Promise<string> {
  return proposed(browserOf, director, await ownId(await browserOf(owner)));
}

/** Nobody at the guest has access to accounts of the host any more. */
async function withoutPeople(browserOf: BrowserOf, rest: string): Promise<string> {
  const page = await browserOf(owner);
  const path = await ofGuest("")(page);
  await open(page, `${path}/members`);
  for (const { name } of [collaborator, manager]) {
    await (await openRemove(page, name)).getByRole("button", { name: "Remove" }).click();
    await expect(page.getByText(`${name} no longer has access to accounts that are shared with ${GUEST}.`)).toBeVisible();
    await awake(page);
  }
  await page.goto(`${path}/accounts`);
  return rest === "" ? `${path}/accounts` : linkedOn(`${path}/accounts`, rest)(page);
}

/** Each changes what there is. */
export const PARTNER_AFTER_ACTS: readonly State[] = [
  acted("Partners, in each state", owner, async (page, browserOf) => {
    await proposed(browserOf, secondOwner, "somebody-s-id", "They run our shop");
    await propose(page, "nobody-s-id", CONTACT);
    await propose(page, "", "another@elsewhere.example");
    await act(page, "Withdraw request");
    await page.goto(await ofGuest("")(page));
    await act(page, "Suspend");
    await expectState(page, "Suspended");
    await page.goto("/partners");
  }),
  led("A proposal to approve", owner, (browserOf) => proposed(browserOf, secondOwner, "nobody-s-id", "They run our shop")),
  led("Decline a proposal", owner, async (browserOf) => {
    return `${await proposed(browserOf, secondOwner, "nobody-s-id", "They run our shop")}/decline`;
  }),
  led("A proposal to accept", owner, proposedToHost),
  led("Accept a proposal, with the terms", owner, async (browserOf) => `${await proposedToHost(browserOf)}/accept`),
  acted("Accept a proposal, refused", owner, async (page, browserOf) => {
    await page.goto(`${await proposedToHost(browserOf)}/accept`);
    await page.getByRole("button", { name: "Accept request" }).click();
    await expect(page.getByRole("alert")).toBeVisible();
  }),
  acted("A partner who has been reminded", owner, async (page) => {
    await propose(page, "nobody-s-id", CONTACT);
    await page.getByRole("button", { name: "Send reminder" }).click();
    await expect(page.getByText("Reminder sent.")).toBeVisible();
  }),
  led("Withdraw a proposal", owner, async (browserOf) => `${await proposed(browserOf, owner, "nobody-s-id")}/withdraw`),
  acted("Send a proposal again", owner, async (page) => {
    await propose(page, "nobody-s-id", CONTACT);
    await act(page, "Withdraw request");
    await page.getByRole("main").getByRole("link", { name: "Send again" }).click();
    await expect(page.getByRole("button", { name: "Send again" })).toBeVisible();
  }),
  led("A partner who has suspended the partnership", director, async (browserOf) => {
    const page = await browserOf(owner);
    await page.goto(await ofGuest("")(page));
    await act(page, "Suspend");
    await expectState(page, "Suspended");
    return new URL(page.url()).pathname;
  }),
  acted("A partner, removed", owner, async (page) => {
    await page.goto(await ofGuest("")(page));
    await act(page, "Remove partner");
    await expectState(page, "Removed");
  }),
  led("Accounts of a partner that nobody has any more", owner, (browserOf) => withoutPeople(browserOf, "")),
  led("Share an account again", owner, (browserOf) => withoutPeople(browserOf, `Share again ${SHARED}`)),
];
