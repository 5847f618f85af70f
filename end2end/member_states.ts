/** All members, its pages, and the ways in for somebody new, for tests that look at each of them. */
import { expect } from "@playwright/test";
import { addAccount } from "./account_list.ts";
import { linkIn } from "./mail.ts";
import { invitationLink, invite } from "./member_list.ts";
import { propose } from "./partner.ts";
import { acted, led, linkedOn, page, type State } from "./state.ts";
import { admin, director, HOST, manager, owner, secondOwner, teammate, type Person } from "./story.ts";

const INVITED = "ines@harbor.example";
const FOUNDER: Person = { name: "", email: "gus@elsewhere.example" };

export const MEMBER_PAGES: readonly State[] = [
  page("All members, for an Admin", admin, "/members"),
  page("All members, for a User", secondOwner, "/members"),
  page("All members, none found", admin, "/members?search=nobody+is+called+this"),
  page("Invite members", admin, "/members/invite"),
  page("Deactivate a member", director, linkedOn("/members", `Deactivate ${manager.name}`)),
  page("Reset the sign-in of a member", director, linkedOn("/members", `Reset sign-in of ${manager.name}`)),
  page("Found a workspace, by invitation only", null, "/found-workspace"),
];

/** Links that are over. */
export const MEMBER_FAILURES: readonly State[] = [
  page("Join, by a link that is over", null, "/join?token=none"),
  page("Found a workspace, by a link that is over", null, "/found-workspace?token=none"),
  page("Set up Latchkey, by a link that is over", null, "/set-up?token=none"),
];

export const MEMBER_AFTER_ACTS: readonly State[] = [
  acted("All members, with what became of invitations", admin, async (page) => {
    await invite(page, `${INVITED}, nobody`);
    await expect(page.getByText("nobody: not an email address")).toBeVisible();
  }),
  acted("All members, with the link of an invitation", admin, async (page) => {
    await invite(page, INVITED);
    await invitationLink(page, INVITED);
  }),
  led("Deactivate the last Owner of an account", admin, async (browserOf) => {
    await addAccount(await browserOf(secondOwner), "Till");
    return linkedOn("/members", `Deactivate ${secondOwner.name}`)(await browserOf(admin));
  }),
  led("Join, as somebody new", null, async (browserOf) => {
    const page = await browserOf(admin);
    await invite(page, INVITED);
    return invitationLink(page, INVITED);
  }),
  led("Join, as somebody who has a sign-in", null, async (browserOf) => {
    const page = await browserOf(admin);
    await invite(page, teammate.email);
    return invitationLink(page, teammate.email);
  }),
  led("Found a workspace", null, async (browserOf) => {
    const page = await browserOf(owner);
    await propose(page, "", FOUNDER.email);
    return linkIn(page, FOUNDER, `${HOST} proposes a partnership in Latchkey`);
  }),
];
