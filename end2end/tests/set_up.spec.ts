/** From an empty installation to a workspace with people in it. */
import type { Page } from "@playwright/test";
import { awake, expect, test as base } from "../fixtures.ts";
import { tabTo } from "../keyboard.ts";
import { lookAt, PHONE } from "../look.ts";
import { expectValid } from "../markup.ts";
import { linkIn } from "../mail.ts";
import { startEmptyProgram, type Program } from "../program.ts";

const test = base.extend<{ program: Program & { setUpLink: string } }>({
  program: async ({ database }, use) => {
    const program = await startEmptyProgram(database);
    await use(program);
    await program.stop();
  },
});

const PASSWORD = "several words in a row";

async function fill(page: Page): Promise<void> {
  await page.getByLabel("Workspace name").fill("Harbor Coffee");
  await page.getByLabel("Email address").fill("hana@harbor.example");
  await page.getByLabel("Your name").fill("Hana Head");
  await page.getByLabel("Password").fill(PASSWORD);
}

for (const { how, options } of [
  { how: "on a wide screen", options: {} },
  { how: "on a phone", options: { viewport: PHONE } },
  { how: "with scripts switched off", options: { javaScriptEnabled: false } },
]) {
  test(`the set-up link makes the first workspace, and works once, ${how}`, async ({ program, browserOf, complaints }) => {
    complaints.expect(/status of 4(04|22)/);
    const page = await browserOf(null, options);
    await page.goto(program.setUpLink);
    await expect(page.getByRole("heading", { level: 1, name: "Set up Latchkey" })).toBeVisible();
    await fill(page);
    await page.getByLabel("Password").fill("password");
    await page.getByRole("button", { name: "Set up" }).click();
    // What is wrong is said, and what was typed is kept.
    await expect(page.getByRole("alert")).toContainText("Choose a longer password");
    await expect(page.getByLabel("Workspace name")).toHaveValue("Harbor Coffee");
    await expect(page.getByLabel("Password")).toHaveValue("");
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Set up" }).click();

    await expect(page.getByText("Harbor Coffee is founded, and you are its Owner.")).toBeVisible();
    await expect(page.getByRole("row", { name: /Hana Head/ })).toContainText("Owner");
    const late = await browserOf(null, options);
    await late.goto(program.setUpLink);
    await expect(late.getByRole("heading", { level: 1, name: "This link does not work" })).toBeVisible();
  });

  test(`the Owner invites somebody, who joins, ${how}`, async ({ program, browserOf }) => {
    const page = await browserOf(null, options);
    await page.goto(program.setUpLink);
    await fill(page);
    await page.getByRole("button", { name: "Set up" }).click();
    await page.getByRole("link", { name: "Invite members" }).click();
    await page.getByLabel("Email addresses").fill("ann@harbor.example, nobody");
    await page.getByRole("button", { name: "Send invitations" }).click();
    await expect(page.getByText("1 of 2 were invited.")).toBeVisible();
    await expect(page.getByText("nobody: not an email address")).toBeVisible();
    await expect(page.getByRole("row", { name: /ann@harbor.example/ })).toContainText("Invited");

    const ann = await browserOf(null, options);
    await ann.goto(await linkIn(ann, { name: "", email: "ann@harbor.example" }, "Hana Head invites you to join Harbor Coffee"));
    await expect(ann.getByRole("heading", { level: 1, name: "Join Harbor Coffee" })).toBeVisible();
    await ann.getByLabel("Your name").fill("Ann Newcomer");
    await ann.getByLabel("Password").fill(PASSWORD);
    await ann.getByRole("button", { name: "Join" }).click();
    await expect(ann.getByText("You have joined Harbor Coffee.")).toBeVisible();
    await page.reload();
    await expect(page.getByRole("row", { name: /Ann Newcomer/ })).toContainText("Active");
  });
}

test("an installation is set up by keyboard alone", async ({ program, browserOf }) => {
  const page = await browserOf(null);
  await page.goto(program.setUpLink);
  await awake(page);
  for (const [label, typed] of [
    ["Workspace name", "Harbor Coffee"],
    ["Email address", "hana@harbor.example"],
    ["Your name", "Hana Head"],
    ["Password", PASSWORD],
  ] as const) {
    await tabTo(page, page.getByLabel(label));
    await page.keyboard.type(typed);
  }
  await page.keyboard.press("Enter");
  await expect(page.getByText("Harbor Coffee is founded, and you are its Owner.")).toBeVisible();
});

test("the page behind the set-up link is valid and has no violation", async ({ program, browserOf }) => {
  const page = await browserOf(null);
  const answer = await page.goto(program.setUpLink);
  await expectValid((await answer?.text()) ?? "");
  await lookAt(page);
});
