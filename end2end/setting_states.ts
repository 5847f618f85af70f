/** Settings, second factors and forgotten passwords, for tests that look at each of them. */
import { expect } from "@playwright/test";
import { awake, open } from "./fixtures.ts";
import { linkIn } from "./mail.ts";
import { beginSetUp, setUpCodes, turnOn } from "./second_factor.ts";
import { signIn } from "./sign_in.ts";
import { acted, led, linkedOn, page, type State } from "./state.ts";
import { admin, collaborator, manager, owner, secondOwner, teammate } from "./story.ts";

export const SETTING_PAGES: readonly State[] = [
  page("Settings, profile", owner, "/settings"),
  page("Settings, security", owner, "/settings/security"),
  page("Settings, sign-in rules, for an Admin", admin, "/settings/sign-in-rules"),
  page("Settings, sign-in rules, for a User", teammate, "/settings/sign-in-rules"),
  page("Settings, notifications", owner, "/settings/notifications"),
  page("Settings, workspace, for its Owner", owner, "/settings/workspace"),
  page("Settings, workspace, for a User", teammate, "/settings/workspace"),
  page("Hand over ownership, to whom", owner, "/settings/workspace/hand-over"),
  page("Hand over ownership, to nobody", owner, "/settings/workspace/hand-over?search=nobody+is+called+this"),
  page("Hand over ownership, really", owner, linkedOn("/settings/workspace/hand-over", `Choose ${secondOwner.name}`)),
  page("Forgotten password", null, "/forgot-password"),
  page("Forgotten password, asked", null, "/forgot-password?sent=yes"),
  acted("Set up one-time codes", secondOwner, beginSetUp),
];

/** What is refused or over. */
export const SETTING_FAILURES: readonly State[] = [
  page("New password, by a link that is over", null, "/reset-password?token=none"),
  page("New email address, by a link that is over", null, "/change-email?token=none"),
  page("Second step, over", null, "/sign-in/second-step"),
  page("Set up one-time codes, not begun", owner, "/settings/security/one-time-codes"),
  acted("Set up one-time codes, refused", teammate, async (page) => {
    await beginSetUp(page);
    await turnOn(page, "000000");
    await expect(page.getByRole("alert")).toBeVisible();
  }),
];

export const SETTING_AFTER_ACTS: readonly State[] = [
  led("New password", null, async (browserOf) => {
    const page = await browserOf(null);
    await page.goto("/forgot-password");
    await page.getByLabel("Email address").fill(collaborator.email);
    await page.getByRole("button", { name: "Send link" }).click();
    return linkIn(page, collaborator, "Set a new password for Latchkey");
  }),
  led("New email address", null, async (browserOf) => {
    const page = await browserOf(teammate);
    await page.goto("/settings");
    await page.getByLabel("New email address").fill("ann.new@northlight.example");
    await page.getByRole("button", { name: "Change address" }).click();
    return linkIn(page, teammate, "Do you agree to a new email address?");
  }),
  acted("One-time codes are set up", manager, setUpCodes),
  acted("Settings, security, with one-time codes", manager, async (page) => {
    await setUpCodes(page);
    await open(page, "/settings/security");
  }),
  {
    name: "Second step",
    show: async (browserOf) => {
      await setUpCodes(await browserOf(manager));
      const page = await browserOf(null);
      await page.goto("/sign-in");
      await signIn(page, manager.email);
      await expect(page.getByRole("heading", { name: "Second step" })).toBeVisible();
      await awake(page);
      return page;
    },
  },
];
