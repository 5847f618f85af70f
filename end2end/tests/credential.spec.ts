/** The vault: passwords, one-time codes and fields, as they are stored, shown, copied, kept to oneself and changed. */
import type { BrowserContextOptions, Page } from "@playwright/test";
import { card } from "../account_list.ts";
import {
  clipboard, CODE_SECRET, goToPart, logIn, panel, PIN, SHARED_PASSWORD, standInForSites, storePassword,
} from "../credential.ts";
import { awake, expect, open, test } from "../fixtures.ts";
import { tabTo } from "../keyboard.ts";
import { expectNoSidewaysScrolling, PHONE } from "../look.ts";
import { openRemove } from "../members_tab.ts";
import { code } from "../one_time_code.ts";
import { collaborator, owner, SHARED, teammate, UNSHARED } from "../story.ts";

test.use({ fresh: true });

const CLIPBOARD: BrowserContextOptions = { permissions: ["clipboard-read", "clipboard-write"] };
const COPIED = "Copied. It leaves the clipboard after 60 seconds.";
const TAKEN_OUT = "Taken out of the clipboard.";

test("an owner has a password made, stores it, and has it shown for half a minute", async ({ browserOf }) => {
  const page = await browserOf(owner);
  await page.clock.install();
  const path = await goToPart(page, UNSHARED, "/secrets");
  await awake(page);
  await page.locator("summary").filter({ hasText: "Generate a password" }).click();
  await page.getByRole("radio", { name: "Passphrase" }).check();
  await page.getByLabel("Number of words").fill("7");
  await page.getByRole("button", { name: "Generate", exact: true }).click();
  await expect(page.getByText("Strength: Strong.")).toBeVisible();
  const field = page.getByLabel("New password");
  await expect(field).toHaveValue(/^[a-z]+(-[a-z]+){6,}$/);
  await expect(field).toHaveAttribute("type", "password");
  await page.getByRole("button", { name: "Show the new password" }).click();
  await expect(field).toHaveAttribute("type", "text");
  const password = await field.inputValue();
  await page.getByRole("button", { name: "Store password" }).click();
  await expect(page.getByText(`The password of ${UNSHARED} is stored.`)).toBeVisible();
  expect(await page.content()).not.toContain(password);

  await open(page, path);
  const shown = page.getByText(password, { exact: true });
  await page.getByRole("button", { name: "Show password" }).click();
  await expect(shown).toBeVisible();
  await expect(page.getByText(/^Leaves the page in \d+ seconds$/).filter({ visible: true })).toHaveCount(1);
  await page.clock.fastForward(31_000);
  await expect(shown).toHaveCount(0);
  await page.getByRole("button", { name: "Show password" }).click();
  await expect(shown).toBeVisible();
  await page.getByRole("button", { name: "Hide password" }).click();
  await expect(shown).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Show password" })).toBeFocused();
});

test("the strength of a password is told while it is typed, and Enter in the generator sends nothing", async ({
  browserOf,
  complaints,
}) => {
  complaints.expect(/status of 422/);
  const page = await browserOf(teammate);
  await open(page, "/accounts/new");
  await page.getByLabel("Password (optional)").pressSequentially("coffee");
  await expect(page.getByText(/^Strength: (Very weak|Weak)\./)).toBeVisible();
  await page.getByLabel("Password (optional)").fill("");
  await expect(page.getByText(/^Strength:/)).toHaveCount(0);
  await page.locator("summary").filter({ hasText: "Generate a password" }).click();
  await page.getByLabel("Length").fill("3");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Enter a length from 8 to 100 characters.")).toBeVisible();
  await page.getByLabel("Length").fill("30");
  await page.keyboard.press("Enter");
  await expect(page.getByText("Strength: Strong.")).toBeVisible();
  await expect(page.getByLabel("Password (optional)")).toHaveValue(/^.{30}$/);
  await expect(page).toHaveURL("/accounts/new");

  await page.getByLabel("Label").fill("Studio shop");
  await page.getByLabel("App", { exact: true }).fill("Shopify");
  await page.getByLabel("One-time code secret (optional)").fill(CODE_SECRET);
  await page.getByRole("button", { name: "Add account" }).click();
  await expect(page.getByText("Studio shop is added. You are its Owner.")).toBeVisible();
  await awake(page);
  await page.getByRole("button", { name: "Show code" }).click();
  await expect(page.getByText(/^\d{6}$/)).toBeVisible();
  await expect(page.getByRole("button", { name: "Copy password" })).toBeVisible();
});

test("a member copies from the panel beside a log-in, and the clipboard is emptied after a minute", async ({ browserOf }) => {
  const page = await browserOf(collaborator, CLIPBOARD);
  await page.clock.install();
  await standInForSites(page);
  const answer = await page.goto("/accounts");
  await awake(page);
  const shown = await logIn(page, SHARED);
  await expect(shown).toContainText("Social Feed");

  await shown.getByRole("button", { name: "Copy username" }).click();
  await expect(shown.getByText(COPIED)).toBeVisible();
  expect(await clipboard(page)).toBe("harbor.coffee");
  await shown.getByRole("button", { name: "Copy password" }).click();
  await expect(shown.locator(".log-in-line", { hasText: "Password" }).getByText(COPIED)).toBeVisible();
  expect(await clipboard(page)).toBe(SHARED_PASSWORD);
  // The user name is not in the clipboard any more, and is not said to be.
  await expect(shown.getByText(COPIED)).toHaveCount(1);
  expect(await answer?.text()).not.toContain(SHARED_PASSWORD);
  expect(await page.content()).not.toContain(SHARED_PASSWORD);
  await page.clock.fastForward(61_000);
  await expect(shown.getByText(TAKEN_OUT)).toHaveCount(1);
  expect(await clipboard(page)).toBe("");

  await page.clock.pauseAt(await inAMoment(page));
  await shown.getByRole("button", { name: "Copy one-time code" }).click();
  await expect(shown.getByText(/^\d+ seconds? left$/)).toBeVisible();
  expect([code(CODE_SECRET, -1), code(CODE_SECRET), code(CODE_SECRET, 1)]).toContain(await clipboard(page));
  await page.clock.fastForward(31_000);
  await expect(shown.getByText("This code is over. Ask for a new one.")).toBeVisible();
  await expect(shown.getByText(/seconds? left$/)).toBeHidden();

  await page.clock.resume();
  await shown.getByRole("button", { name: "Close" }).click();
  await expect(shown).toBeHidden();
  await expect(card(page, SHARED)).toContainText(`just now · by ${collaborator.name}`);
});

test("what is copied later is left in the clipboard", async ({ browserOf }) => {
  const page = await browserOf(collaborator, CLIPBOARD);
  await page.clock.install();
  await goToPart(page, SHARED, "");
  await awake(page);
  await page.getByRole("button", { name: "Copy password" }).click();
  await expect(page.getByText(COPIED)).toBeVisible();
  await page.getByRole("button", { name: "Copy label" }).click();
  await expect(page.getByText("Copied", { exact: true })).toBeVisible();
  await page.clock.fastForward(61_000);
  expect(await clipboard(page)).toBe(SHARED);
});

test("the clipboard is emptied after a minute though the page was left", async ({ browserOf }) => {
  const page = await browserOf(collaborator, CLIPBOARD);
  await page.clock.install();
  const path = await goToPart(page, SHARED, "");
  await awake(page);
  await page.getByRole("button", { name: "Copy password" }).click();
  await expect(page.getByText(COPIED)).toBeVisible();
  await page.clock.fastForward(30_000);
  await open(page, "/accounts");
  await awake(page);
  await page.clock.fastForward(20_000);
  expect(await clipboard(page)).toBe(SHARED_PASSWORD);
  await page.clock.fastForward(11_000);
  await expect.poll(() => clipboard(page)).toBe("");
  // Once.
  await page.evaluate(() => navigator.clipboard.writeText("something else"));
  await open(page, path);
  await awake(page);
  await page.clock.fastForward(61_000);
  expect(await clipboard(page)).toBe("something else");
});

test("a browser that lets nothing be copied is asked once more with the next press", async ({ browserOf }) => {
  const page = await browserOf(collaborator, CLIPBOARD);
  await goToPart(page, SHARED, "");
  await awake(page);
  await page.evaluate(() => {
    const { writeText } = navigator.clipboard;
    navigator.clipboard.writeText = () => {
      navigator.clipboard.writeText = writeText;
      return Promise.reject(new DOMException("", "NotAllowedError"));
    };
  });
  let asked = 0;
  page.on("request", (request) => (asked += Number(request.url().endsWith("/api/credential/copy-password"))));
  await page.getByRole("button", { name: "Copy password" }).click();
  await expect(page.getByText("Your browser did not let Latchkey copy. Press Copy once more.")).toBeVisible();
  await page.getByRole("button", { name: "Copy password" }).click();
  await expect(page.getByText(COPIED)).toBeVisible();
  expect(await clipboard(page)).toBe(SHARED_PASSWORD);
  expect(asked).toBe(1);
});

test("the panel is gone through by keyboard alone, on a phone too", async ({ browserOf }) => {
  const page = await browserOf(collaborator, { ...CLIPBOARD, viewport: PHONE });
  const { keyboard } = page;
  await standInForSites(page);
  await open(page, "/accounts");
  const button = card(page, SHARED).getByRole("button", { name: "Log in", exact: true });
  await tabTo(page, button);
  const opened = page.waitForEvent("popup");
  await keyboard.press("Enter");
  await opened;
  await page.bringToFront();
  const shown = panel(page, SHARED);
  await expect(shown.getByRole("heading", { name: `Log in to ${SHARED}` })).toBeFocused();
  await expectNoSidewaysScrolling(page);
  for (const [name, copied] of [
    ["Copy username", "harbor.coffee"],
    ["Copy password", SHARED_PASSWORD],
  ] as const) {
    await tabTo(page, shown.getByRole("button", { name }));
    await keyboard.press("Enter");
    await expect.poll(() => clipboard(page)).toBe(copied);
  }
  await keyboard.press("Escape");
  await expect(shown).toBeHidden();
  await expect(button).toBeFocused();
});

test("a panel that cannot be loaded says so, and is loaded on the next try", async ({ browserOf, complaints }) => {
  complaints.expect(/Failed to load resource/);
  const page = await browserOf(collaborator);
  await standInForSites(page);
  await page.route("/api/credential/panel", (route) => route.abort(), { times: 1 });
  await open(page, "/accounts");
  const opened = page.waitForEvent("popup");
  await card(page, SHARED).getByRole("button", { name: "Log in", exact: true }).click();
  await opened;
  await page.bringToFront();
  const shown = panel(page, SHARED);
  await expect(shown.getByRole("alert")).toContainText("Check your connection.");
  await shown.getByRole("button", { name: "Try again" }).click();
  await expect(shown.getByRole("button", { name: "Copy password" })).toBeVisible();
});

test("a hidden field is shown and copied on demand, and open ones stand there", async ({ browserOf }) => {
  const page = await browserOf(collaborator, CLIPBOARD);
  await page.clock.install();
  await goToPart(page, SHARED, "");
  await awake(page);
  await expect(page.getByRole("link", { name: "https://status.social-feed.example/" })).toBeVisible();
  await expect(page.getByText("SF-20417")).toBeVisible();
  const pin = page.getByText(PIN.value, { exact: true });
  await expect(pin).toHaveCount(0);
  await page.getByRole("button", { name: `Show ${PIN.name}` }).click();
  await expect(pin).toBeVisible();
  await page.clock.fastForward(31_000);
  await expect(pin).toHaveCount(0);
  await page.getByRole("button", { name: `Copy ${PIN.name}` }).click();
  await expect(page.getByText(COPIED)).toBeVisible();
  expect(await clipboard(page)).toBe(PIN.value);
});

test("a one-time code is shown with the seconds that it holds", async ({ browserOf }) => {
  const page = await browserOf(collaborator);
  await page.clock.install();
  await goToPart(page, SHARED, "");
  await awake(page);
  await page.clock.pauseAt(await inAMoment(page));
  await page.getByRole("button", { name: "Show code" }).click();
  const digits = page.getByText(/^\d{6}$/);
  await expect(digits).toBeVisible();
  expect([code(CODE_SECRET, -1), code(CODE_SECRET), code(CODE_SECRET, 1)]).toContain(await digits.innerText());
  await expect(page.getByText(/^\d+ seconds? left$/).filter({ visible: true })).toHaveCount(1);
  await page.clock.fastForward(31_000);
  await expect(page.getByText("This code is over. Ask for a new one.")).toBeVisible();
  await expect(digits).toHaveCount(0);
});

test("an owner keeps the password to the owners", async ({ browserOf, complaints }) => {
  complaints.expect(/status of 40[34]/);
  const others = await browserOf(collaborator, CLIPBOARD);
  const path = await goToPart(others, SHARED, "");
  await awake(others);
  await expect(others.getByRole("button", { name: "Show password" })).toHaveCount(0);
  const copy = others.getByRole("button", { name: "Copy password" });
  await expect(copy).toBeVisible();

  const page = await browserOf(owner);
  await page.goto(`${path}/secrets`);
  await page.getByLabel("Collaborators and account managers can copy the password").uncheck();
  await page.getByRole("button", { name: "Save copying" }).click();
  await expect(page.getByText(`Only owners can copy the password of ${SHARED}.`)).toBeVisible();

  await copy.click();
  await expect(others.getByText("The owners of this account do not let its password be copied.")).toBeVisible();
  await others.reload();
  await expect(copy).toHaveCount(0);
  await expect(others.getByText("The owners do not let it be copied.").filter({ visible: true })).toBeVisible();
  expect((await others.goto(`${path}/password`))?.status()).toBe(404);
  expect((await others.goto(`${path}/secrets`))?.status()).toBe(403);
});

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with scripts" : "with scripts off";

  test(`fields are added, changed and removed, ${how}`, async ({ browserOf, complaints }) => {
    complaints.expect(/status of 422/);
    const page = await browserOf(owner, { javaScriptEnabled });
    await goToPart(page, UNSHARED, "/secrets");
    await page.getByLabel("Kind").selectOption("Hidden text");
    await page.getByLabel("Value", { exact: true }).fill("9 9 9");
    await page.getByRole("button", { name: "Add field" }).click();
    await expect(page.getByRole("alert").getByRole("link", { name: /name/ })).toBeVisible();
    await expect(page.getByLabel("Value", { exact: true })).toHaveValue("");
    expect(await page.content()).not.toContain("9 9 9");
    await page.getByLabel("Name", { exact: true }).fill("Door code");
    await page.getByLabel("Value", { exact: true }).fill("9 9 9");
    await page.getByRole("button", { name: "Add field" }).click();
    await expect(page.getByText("Door code is added.")).toBeVisible();
    await page.getByLabel("Name of Door code").fill("Gate code");
    await page.getByRole("button", { name: "Save Door code" }).click();
    await expect(page.getByText("Gate code is saved.")).toBeVisible();
    expect(await page.content()).not.toContain("9 9 9");
    await page.getByRole("button", { name: "Remove Gate code" }).click();
    const question = page.getByRole("dialog", { name: "Remove field?" });
    await question.getByRole("button", { name: "Remove", exact: true }).click();
    await expect(page.getByText("Gate code is taken away.")).toBeVisible();
    await expect(page.getByLabel("Name of Gate code")).toHaveCount(0);
  });

  test(`a password that a leaver has seen is to be changed, ${how}`, async ({ browserOf, complaints }) => {
    // The leaver's page hears that it is gone.
    complaints.expect(/status of 404/);
    const leaver = await browserOf(collaborator, CLIPBOARD);
    const path = await goToPart(leaver, SHARED, "");
    await awake(leaver);
    await leaver.getByRole("button", { name: "Copy password" }).click();
    await expect(leaver.getByText(COPIED)).toBeVisible();

    const page = await browserOf(owner, { javaScriptEnabled });
    await page.goto(`${path}/members`);
    const question = await openRemove(page, collaborator.name);
    await question.getByRole("button", { name: "Remove" }).click();
    await expect(page.getByText(`${collaborator.name} no longer has access to ${SHARED}.`)).toBeVisible();
    await page.goto("/accounts");
    await page.getByRole("link", { name: "Passwords to change" }).click();
    const task = page.getByRole("row", { name: SHARED });
    await expect(task).toContainText(collaborator.name);
    await expect(task.getByRole("link", { name: `Who else could know it for ${SHARED}` })).toHaveAttribute("href", `${path}/exposure`);
    await task.getByRole("link", { name: `Store a new password for ${SHARED}` }).click();
    await expect(page.getByText(`Change this password: ${collaborator.name} has seen it and has lost access.`)).toBeVisible();
    await expect(page.getByRole("link", { name: "Change password" })).toBeVisible();
    await storePassword(page, SHARED, "another one, which nobody has seen");
    await expect(page.getByText("Change this password:")).toHaveCount(0);
    await page.goto("/accounts/passwords-to-change");
    await expect(page.getByRole("heading", { name: "No password is to be changed" })).toBeVisible();

    await page.goto(`${path}/exposure`);
    const before = page.getByRole("table", { name: "Who could know version 1" });
    const row = before.getByRole("row", { name: collaborator.name });
    await expect(row).toContainText("Once");
    await expect(row).toContainText("No");
    const now = page.getByRole("table", { name: "Who could know version 2" });
    await expect(now.getByRole("row", { name: collaborator.name })).toHaveCount(0);
    await page.goto(`${path}/passwords`);
    await expect(page.getByRole("row", { name: "Version 1" })).toBeVisible();
    await expect(page.getByRole("row", { name: "Version 2" })).toBeVisible();
  });
}

test.describe("with scripts off", () => {
  const plain: BrowserContextOptions = { javaScriptEnabled: false };

  test("password, code and field are shown by forms, on pages that go on by themselves", async ({ browserOf }) => {
    const page = await browserOf(owner, plain);
    const path = await goToPart(page, SHARED, "");
    expect(await refreshAfter(page, "Show password")).toBe(`30;url=${path}`);
    await expect(page.getByText(SHARED_PASSWORD, { exact: true })).toBeVisible();
    await expect(page.getByText("It leaves this page after 30 seconds.")).toBeVisible();
    await page.getByRole("link", { name: "Back to the account" }).click();

    expect(await refreshAfter(page, `Show ${PIN.name}`)).toBe(`30;url=${path}`);
    await expect(page.getByText(PIN.value, { exact: true })).toBeVisible();
    await page.goto(path);
    // Long enough before the next code to be looked at.
    await expect.poll(() => 30 - ((Date.now() / 1_000) % 30)).toBeGreaterThan(3);
    expect(await refreshAfter(page, "Show code")).toMatch(/^\d{1,2};url=/);
    await expect(page.getByText(/^\d{6}$/)).toBeVisible();
    await expect(page.getByText(/^It holds for \d+ seconds?\./)).toBeVisible();
    await page.goto(path);
    await expect(page.getByText(/^\d{6}$/)).toHaveCount(0);
    await expect(page.getByRole("button", { name: "Copy password" })).toHaveCount(0);
  });

  test("a password is made, stored, and found among the earlier ones later", async ({ browserOf, complaints }) => {
    complaints.expect(/status of 422/);
    const page = await browserOf(owner, plain);
    const path = await goToPart(page, UNSHARED, "/secrets");
    await page.getByRole("textbox", { name: "Length" }).fill("5");
    await page.getByRole("button", { name: "Generate", exact: true }).click();
    await expect(page.getByRole("alert")).toContainText("Enter a length from 8 to 100 characters.");
    await page.getByRole("textbox", { name: "Length" }).fill("24");
    await page.getByRole("checkbox", { name: "Signs" }).uncheck();
    await page.getByRole("button", { name: "Generate", exact: true }).click();
    await expect(page.getByLabel("New password")).toHaveValue(/^[A-Za-z0-9]{24}$/);
    await expect(page.getByText("Strength: Strong.")).toBeVisible();
    const password = await page.getByLabel("New password").inputValue();
    await page.getByRole("button", { name: "Store password" }).click();
    await expect(page.getByText(`The password of ${UNSHARED} is stored.`)).toBeVisible();
    await storePassword(page, UNSHARED, "one more, made up");
    await page.getByRole("link", { name: /^Earlier passwords/ }).click();
    expect(await refreshAfter(page, "Show version 2")).toBe(`30;url=${path}/passwords`);
    await expect(page.getByRole("row", { name: "Version 2" })).toContainText(password);
  });
});

/** A time, by the page's clock, at which that clock can be stopped: it has not come yet. */
async function inAMoment(page: Page): Promise<number> {
  return (await page.evaluate(() => Date.now())) + 5_000;
}

/** Presses a button that shows a secret, and gives what the answer says of where the page goes on to, and when. */
async function refreshAfter(page: Page, button: string): Promise<string | undefined> {
  const answered = page.waitForResponse((response) => response.request().method() === "POST");
  await page.getByRole("button", { name: button }).click();
  return (await answered).headers()["refresh"];
}
