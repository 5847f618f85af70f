/** A partnership from its proposal to its end, by two companies in two browsers. */
import type { Page } from "@playwright/test";
import { card } from "../account_list.ts";
import { awake, expect, open, test, type BrowserOf } from "../fixtures.ts";
import { tabTo } from "../keyboard.ts";
import { linkIn } from "../mail.ts";
import { act, expectState, ownId, partner, proposal, propose } from "../partner.ts";
import { director, GUEST, HOST, manager, owner, secondOwner, SHARED } from "../story.ts";

const CONTACT = "contact@elsewhere.example";

test.describe(() => {
  test.use({ fresh: true });

  test.beforeEach(({ complaints }) => {
    complaints.expect(/status of 422/);
  });

  for (const { how, options } of [
    { how: "with scripts", options: {} },
    { how: "with scripts switched off", options: { javaScriptEnabled: false } },
  ]) {
    // Northlight Studio is a guest of Harbor Coffee already. Here it becomes its host, too.
    test(`two companies agree on a partnership, ${how}`, async ({ browserOf }) => {
      const host = await browserOf(director, options);
      const guest = await browserOf(owner, options);
      await propose(host, await ownId(guest), owner.email);
      await expect(host.getByText(/^Request sent\. An Admin of the workspace \S+ has until/)).toBeVisible();
      await expectState(host, "Waits for the partner");
      await expect(host.getByRole("heading", { level: 1, name: HOST })).toHaveCount(0);

      await guest.goto("/partners");
      await partner(guest, "Wants to share accounts with you").getByRole("link", { name: GUEST }).click();
      await guest.getByRole("link", { name: "Accept request" }).click();
      const accept = guest.getByRole("button", { name: "Accept request" });
      await accept.click();
      await expect(guest.getByText("Tick the box to agree to the terms").first()).toBeVisible();
      await guest.getByLabel("My company agrees to these terms").check();
      await accept.click();
      await expect(guest.getByText(`The partnership with ${GUEST} is active.`)).toBeVisible();

      await host.reload();
      await expectState(host, "Active");
      await expect(host.getByRole("heading", { level: 1, name: HOST })).toBeVisible();
      await expect(host.getByText(`by ${owner.name} (terms, version 1)`)).toBeVisible();
    });

    test(`a contact whose company is here already answers with its workspace, ${how}`, async ({ browserOf }) => {
      const host = await browserOf(director, options);
      const guest = await browserOf(owner, options);
      await propose(host, "", owner.email);
      await guest.goto(await linkIn(guest, owner, `${GUEST} proposes a partnership in Latchkey`));
      await expect(guest.getByRole("heading", { level: 2, name: "Found a new workspace" })).toBeVisible();
      await guest.getByRole("button", { name: `Go on as ${HOST}` }).click();
      await expect(guest.getByText(`The request of ${GUEST} is for ${HOST} now.`)).toBeVisible();
      await host.reload();
      await expectState(host, "Waits for the partner");
      await expect(host.getByRole("heading", { level: 1, name: owner.email })).toBeVisible();

      await guest.getByRole("link", { name: "Accept request" }).click();
      await guest.getByLabel("My company agrees to these terms").check();
      await guest.getByRole("button", { name: "Accept request" }).click();
      await host.reload();
      await expect(host.getByRole("heading", { level: 1, name: HOST })).toBeVisible();
    });

    test(`a user's proposal is approved, declined and sent again, ${how}`, async ({ browserOf }) => {
      const proposer = await browserOf(secondOwner, options);
      const admin = await browserOf(owner, options);
      await propose(proposer, "nobody-s-id", CONTACT, "They run our shop");
      await expect(proposer.getByRole("heading", { level: 1, name: "Workspace nobody-s-id", exact: true })).toBeVisible();
      await expectState(proposer, "Waits for approval");
      const path = new URL(proposer.url()).pathname;

      await admin.goto(path);
      await expect(admin.getByText("They run our shop")).toBeVisible();
      await admin.getByRole("link", { name: "Decline request" }).click();
      await admin.getByLabel("Note (optional)").fill("Next year");
      await admin.getByRole("button", { name: "Decline request" }).click();
      await expectState(admin, "Declined");

      await proposer.goto(path);
      await act(proposer, "Send again");
      await expectState(proposer, "Waits for approval");
      await admin.goto(new URL(proposer.url()).pathname);
      await admin.getByRole("button", { name: "Approve request" }).click();
      await expectState(admin, "Waits for the partner");
      await admin.getByRole("button", { name: "Send reminder" }).click();
      await expect(admin.getByText("Reminder sent.")).toBeVisible();
      const next = admin.getByText("A reminder was sent. You can send the next one on");
      await expect(next.getByRole("time")).toBeVisible();
      await expect(admin.getByRole("button", { name: "Send reminder" })).toHaveCount(0);
      await act(admin, "Withdraw request");
      await expectState(admin, "Withdrawn");
      await expect(next).toHaveCount(0);
    });

    test(`a partnership is suspended, resumed and removed, ${how}`, async ({ browserOf }) => {
      const host = await browserOf(owner, options);
      const guest = await browserOf(director, options);
      const holder = await browserOf(manager, options);
      await host.goto("/partners");
      await partner(host, GUEST).getByRole("link", { name: GUEST }).click();
      await act(host, "Suspend");
      await expectState(host, "Suspended");
      await holder.goto("/accounts");
      await expect(card(holder, SHARED)).toHaveCount(0);

      await guest.goto("/partners");
      await partner(guest, HOST).getByRole("link", { name: HOST }).click();
      await expect(guest.getByText(`Suspended by ${HOST}, whose Admins can resume it.`)).toBeVisible();
      await expect(guest.getByRole("button", { name: "Resume" })).toHaveCount(0);
      await host.getByRole("button", { name: "Resume" }).click();
      await expectState(host, "Active");
      await holder.goto("/accounts");
      await expect(card(holder, SHARED)).toBeVisible();

      await guest.getByRole("link", { name: "Remove partner" }).click();
      await expect(guest.getByRole("listitem").filter({ hasText: /accounts are no longer shared$/ })).toBeVisible();
      await expect(guest.getByRole("listitem").filter({ hasText: /people of the guest lose access$/ })).toBeVisible();
      await guest.getByRole("button", { name: "Remove partner" }).click();
      await expectState(guest, "Removed");
      await holder.goto("/accounts");
      await expect(card(holder, SHARED)).toHaveCount(0);
    });

    test(`the host sets the policy, and the guest reads it, ${how}`, async ({ browserOf }) => {
      const host = await browserOf(owner, options);
      await host.goto("/partners");
      await partner(host, GUEST).getByRole("link", { name: GUEST }).click();
      await host.getByRole("link", { name: "Policy" }).click();
      const main = host.getByRole("main");
      await main.getByLabel("Highest role").selectOption("Collaborator");
      await main.getByLabel("Longest access, in days").fill("30");
      await main.getByLabel("A reason is required").check();
      await main.getByLabel("Smallest length of a reason, in characters").fill("20");
      await main.getByLabel("Requests stay open, in days").fill("91");
      await main.getByRole("button", { name: "Save policy" }).click();
      // Nothing that was typed is lost.
      await expect(main.getByText("Enter a number of days from 1 to 90.").first()).toBeVisible();
      await expect(main.getByLabel("Longest access, in days")).toHaveValue("30");
      await main.getByLabel("Requests stay open, in days").fill("7");
      await main.getByRole("button", { name: "Save policy" }).click();
      await expect(host.getByText("The policy was changed.")).toBeVisible();

      const guest = await browserOf(director, options);
      await guest.goto(new URL(host.url()).pathname);
      await expect(guest.getByText("Required, with at least 20 characters")).toBeVisible();
      await expect(guest.getByRole("button", { name: "Save policy" })).toHaveCount(0);
    });
  }

  test("what one side does shows on the other's open page without a reload", async ({ browserOf }) => {
    const { host, guest } = await onThePage(browserOf);
    await act(host, "Suspend");
    await expect(guest.getByText("Suspended", { exact: true })).toBeVisible();
    await awake(host);
    await host.getByRole("button", { name: "Resume" }).click();
    await expect(guest.getByText("Active", { exact: true })).toBeVisible();
  });

  test("another partnership owner is named, and the end is set", async ({ browserOf }) => {
    const { host } = await onThePage(browserOf);
    await host.getByRole("link", { name: "Name partnership owner" }).click();
    await host.getByLabel("Search members by name or email address").fill("tom");
    await host.getByRole("button", { name: "Search" }).click();
    await host.getByRole("button", { name: `Name owner of the partnership: ${secondOwner.name}` }).click();
    await expect(host.getByText(`${secondOwner.name} is the partnership owner for ${GUEST} now.`)).toBeVisible();
    await host.getByRole("link", { name: "Set end date" }).click();
    const year = new Date().getUTCFullYear() + 1;
    await host.getByLabel("Last day (optional)").fill(`${year}-03-01`);
    await host.getByRole("button", { name: "Save end date" }).click();
    await expect(host.getByText(`Ends on 2 March ${year}, 00:00 UTC.`, { exact: true })).toBeVisible();
  });

  test("a partner is added by keyboard alone, in the dialog", async ({ browserOf }) => {
    const page = await browserOf(director);
    await open(page, "/partners");
    const opener = page.getByRole("button", { name: "Add partner" });
    await tabTo(page, opener);
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Add partner" });
    await expect(dialog).toBeVisible();
    await page.keyboard.press("Escape");
    await expect(dialog).toBeHidden();
    await expect(opener).toBeFocused();
    await page.keyboard.press("Enter");
    const form = proposal(dialog);
    await tabTo(page, form.workspaceId);
    await page.keyboard.type("nobody-s-id");
    await tabTo(page, form.contact);
    await page.keyboard.type(CONTACT);
    await page.keyboard.press("Enter");
    await expectState(page, "Waits for the partner");
  });

  test("a proposal that is refused keeps what was typed", async ({ browserOf }) => {
    const page = await browserOf(director);
    const own = await ownId(page);
    await awake(page);
    await page.getByRole("button", { name: "Add partner" }).click();
    const dialog = proposal(page.getByRole("dialog", { name: "Add partner" }));
    await dialog.workspaceId.fill(own);
    await dialog.contact.fill(CONTACT);
    await dialog.send.click();
    await expect(page).toHaveURL("/partners/add");
    await expect(page.getByRole("alert").getByText("This is your own workspace’s ID. Enter your partner’s.")).toBeVisible();
    const again = proposal(page.getByRole("main"));
    await expect(again.workspaceId).toHaveValue(own);
    await expect(again.contact).toHaveValue(CONTACT);
  });
});

/** Both sides at the page of their partnership. */
async function onThePage(browserOf: BrowserOf): Promise<{ host: Page; guest: Page }> {
  const [host, guest] = [await browserOf(owner), await browserOf(director)];
  await host.goto("/partners");
  await partner(host, GUEST).getByRole("link", { name: GUEST }).click();
  await open(guest, new URL(host.url()).pathname);
  await awake(host);
  return { host, guest };
}
