/** The pages and the states of the dialog, for tests that look at each of them. */
import { expect, type Page } from "@playwright/test";
import { ACCOUNT_AFTER_ACTS, ACCOUNT_DIALOGS, ACCOUNT_FAILURES, ACCOUNT_PAGES } from "./account_states.ts";
import { ask } from "./arrange.ts";
import { CREDENTIAL_AFTER_ACTS, CREDENTIAL_DIALOGS, CREDENTIAL_FAILURES, CREDENTIAL_PAGES } from "./credential_states.ts";
import { awake, open, type BrowserOf } from "./fixtures.ts";
import { MEMBER_AFTER_ACTS, MEMBER_FAILURES, MEMBER_PAGES } from "./member_states.ts";
import { openAcceptWithChanges, openDecline, openRemove } from "./members_tab.ts";
import { PARTNER_AFTER_ACTS, PARTNER_DIALOGS, PARTNER_FAILURES, PARTNER_PAGES } from "./partner_states.ts";
import { openDialog, type RequestForm } from "./request_form.ts";
import { SETTING_AFTER_ACTS, SETTING_FAILURES, SETTING_PAGES } from "./setting_states.ts";
import { signIn } from "./sign_in.ts";
import { below, page, type State } from "./state.ts";
import { ASKED_FOR, collaborator, director, manager, newcomer, owner, PASSWORD, SHARED, teammate } from "./story.ts";

/** Every page, each once. */
export const PAGES: readonly State[] = [
  page("Sign in", null, "/sign-in"),
  page("All accounts of an account manager", manager, "/accounts"),
  page("All accounts of an owner", owner, "/accounts?sort=last_use"),
  page("All accounts, none", teammate, "/accounts"),
  page("All accounts, none found", collaborator, "/accounts?search=nothing+is+called+this"),
  page("General", collaborator, below(SHARED, "")),
  page("Members, for an owner", owner, below(ASKED_FOR, "/members")),
  page("Members, for an account manager", manager, below(ASKED_FOR, "/members")),
  page("Activity", owner, below(ASKED_FOR, "/activity")),
  page("Activity of the workspace", owner, "/activity"),
  page("Activity of the workspace, nothing found", owner, "/activity?event=second_factor_reset"),
  page("Requests to decide", owner, "/requests"),
  page("Requests to decide, none", collaborator, "/requests"),
  page("Sent requests", manager, "/requests/sent"),
  page("Sent requests, none", owner, "/requests/sent"),
  page("Notifications", owner, "/notifications"),
  page("Notifications, none", collaborator, "/notifications"),
  page("Request share access", manager, below(SHARED, "/request-access")),
  ...ACCOUNT_PAGES,
  ...CREDENTIAL_PAGES,
  ...MEMBER_PAGES,
  ...PARTNER_PAGES,
  ...SETTING_PAGES,
];

/** Pages that say why there is nothing else. */
export const FAILURES: readonly State[] = [
  page("Not found", manager, "/no-such-page"),
  page("Denied", collaborator, below(SHARED, "/members")),
  {
    name: "Sign in, refused",
    show: async (browserOf) => {
      const page = await browserOf(null);
      await page.goto("/sign-in");
      await signIn(page, director.email, `not ${PASSWORD}`);
      await expect(page.getByRole("alert")).toBeVisible();
      await awake(page);
      return page;
    },
  },
  ...ACCOUNT_FAILURES,
  ...CREDENTIAL_FAILURES,
  ...MEMBER_FAILURES,
  ...PARTNER_FAILURES,
  ...SETTING_FAILURES,
];

function dialog(name: string, fill: (form: RequestForm, page: Page) => Promise<void>, account = SHARED): State {
  return {
    name: `Request share access, ${name}`,
    show: async (browserOf) => {
      const page = await browserOf(manager);
      await open(page, "/accounts");
      await fill(await openDialog(page, account), page);
      return page;
    },
  };
}

/** The dialog "Request share access", as it is filled in. */
export const DIALOG: readonly State[] = [
  dialog("empty", async () => {}),
  dialog("suggestions", async (form, page) => {
    await form.search.fill("o");
    await expect(form.suggestions).toBeVisible();
    await page.keyboard.press("ArrowDown");
  }),
  dialog(
    "who cannot be asked for",
    async (form) => {
      await form.search.fill(newcomer.name.slice(0, 3));
      await expect(form.suggestion(newcomer.name)).toBeDisabled();
    },
    ASKED_FOR,
  ),
  dialog("nobody found", async (form) => {
    await form.search.fill("nobody is called this");
    await expect(form.root.getByText("No members found")).toBeVisible();
  }),
  dialog("picked", async (form) => {
    await form.pick("ann", teammate.name);
    await form.pick("robert", "Robert Müller");
    await form.accessEnds.selectOption("A date");
    await expect(form.endDate).toBeVisible();
  }),
  dialog("errors", async (form) => {
    await form.accessEnds.selectOption("A date");
    await form.reason.fill("é".repeat(1_001));
    await form.send.click();
    await expect(form.problems).toBeFocused();
  }),
  dialog("not sent", async (form, page) => {
    await page.route("/api/access-request/send", (route) => route.abort());
    await form.pick("ann", teammate.name);
    await form.send.click();
    await expect(form.problems).toBeFocused();
  }),
];

function row(name: string, act: (page: Page) => Promise<unknown>): State {
  return {
    name,
    show: async (browserOf) => {
      const page = await browserOf(owner);
      await open(page, "/accounts");
      await open(page, await below(ASKED_FOR, "/members")(page));
      await act(page);
      return page;
    },
  };
}

/** The dialogs of rows, and others that ask before something is done. */
export const ROW_DIALOGS: readonly State[] = [
  row("Accept with changes", (page) => openAcceptWithChanges(page, newcomer.name)),
  row("Decline", (page) => openDecline(page, newcomer.name)),
  row("Remove member?", (page) => openRemove(page, collaborator.name)),
  ...ACCOUNT_DIALOGS,
  ...CREDENTIAL_DIALOGS,
  ...PARTNER_DIALOGS,
];

/** Pages that acts have led to. Each changes what there is. */
export const AFTER_ACTS: readonly State[] = [
  dialog("sent", async (form, page) => {
    await form.pick("ann", teammate.name);
    await form.send.click();
    await expect(page.getByText(`Request sent. The owners of ${SHARED} have been told.`)).toBeVisible();
  }),
  ...ACCOUNT_AFTER_ACTS,
  ...CREDENTIAL_AFTER_ACTS,
  ...MEMBER_AFTER_ACTS,
  ...PARTNER_AFTER_ACTS,
  ...SETTING_AFTER_ACTS,
];

/** A request whose words and names are as long as they may be. */
export async function askAtLength(browserOf: BrowserOf): Promise<string> {
  return ask(await browserOf(manager), {
    account: SHARED,
    members: ["María Begoña Santos"],
    role: "account_manager",
    reason: "word ".repeat(120) + "w".repeat(300),
  });
}
