/** Names and labels as nobody should choose them: shown as the text that they are, wherever a page shows them. */
import type { Page } from "@playwright/test";
import { card } from "../account_list.ts";
import { expect, open, test, type BrowserOf } from "../fixtures.ts";
import { called, labelled } from "../found.ts";
import { expectNoSidewaysScrolling, PHONE } from "../look.ts";
import { accept, openDecline, openRemove, row } from "../members_tab.ts";
import { dialogOf, openDialog } from "../request_form.ts";
import { manager, owner, SHARED, teammate, type Person } from "../story.ts";

test.use({ fresh: true, viewport: PHONE });

for (const { what, name } of [
  { what: "made of markup", name: `<img src=x onerror=alert(1)></td></h2><script>document.title="taken"</script>"'&amp;` },
  { what: "that would leave a script or an attribute", name: `</script></textarea><!--" onfocus="alert(1)" autofocus x="{{7*7}}` },
  { what: "from right to left, with marks", name: "\u{200F}נעמי <b>כהן</b>\u{200F} (ليلى) 1.\u{200E}" },
  { what: "made of emoji", name: "👩‍🚀🏳️‍🌈👨‍👩‍👧‍👦🇸🇪é̴̡̛̖͈̾".repeat(4) },
  { what: "as long as they may be, in one word", name: "W".repeat(180) },
  { what: "as long as they may be, in many words", name: "Wolfeschlegel ".repeat(13).trim() },
]) {
  test(`names and labels ${what} are shown as text, and stay inside the page`, async ({ program, browserOf }) => {
    const boxes: string[] = [];
    const asking = await called(program, manager, `${name} A`);
    const asked = await called(program, teammate, `${name} B`);
    const label = `${name} C`;
    await labelled(program, SHARED, label);

    const managers = await heard(browserOf, manager, boxes);
    await open(managers, "/accounts");
    await expect(card(managers, label).getByRole("heading")).toHaveText(label);
    await expectUntouched(managers);

    await test.step("in the dialog", async () => {
      const form = await openDialog(managers, label);
      await expect(dialogOf(managers)).toContainText(label);
      await form.search.fill(teammate.email);
      await expect(form.suggestions.getByRole("option").filter({ hasText: asked.name })).toBeVisible();
      await expectUntouched(managers);
      await form.suggestions.getByRole("option").click();
      await expect(form.picked.getByRole("listitem")).toContainText(asked.name);
      await expectUntouched(managers);
      await form.send.click();
      await expect(managers.getByText(`Request sent. The owners of ${label} have been told.`)).toBeVisible();
      await expectUntouched(managers);
    });

    const owners = await heard(browserOf, owner, boxes);
    const asks = `${asking.name} requests access to ${label} for ${asked.name}, as Collaborator.`;
    await test.step("in Notifications", async () => {
      await open(owners, "/notifications");
      await expect(owners.getByRole("link").filter({ hasText: asks })).toBeVisible();
      await expectUntouched(owners);
    });

    await test.step("on the Members tab", async () => {
      await owners.getByRole("link").filter({ hasText: asks }).click();
      await expect(owners.getByRole("heading", { level: 1 })).toHaveText(label);
      await expect(row(owners, asked.name)).toContainText("Pending");
      await expect(row(owners, asked.name)).toContainText(`Request by ${asking.name}`);
      await expectUntouched(owners);
      const dialog = await openDecline(owners, asked.name);
      await expectUntouched(owners);
      await dialog.getByRole("button", { name: "Cancel" }).click();
      await accept(owners, asked.name).click();
      await expect(owners.getByText(`${asked.name} now has access to ${label}.`)).toBeVisible();
      await expect(row(owners, asked.name)).toContainText("Active");
      await expectUntouched(owners);
      const question = await openRemove(owners, asked.name);
      await expect(question).toContainText(asked.name);
      await expectUntouched(owners);
      await question.getByRole("button", { name: "Cancel" }).click();
    });

    await test.step("on the Activity tab", async () => {
      await owners.getByRole("link", { name: "Activity", exact: true }).click();
      await expect(owners.getByRole("row").filter({ hasText: asks })).toContainText(asking.name);
      await expectUntouched(owners);
    });
    expect(boxes, "the pages said").toEqual([]);
  });
}

/** A browser whose boxes, such as an alert, are heard of. */
async function heard(browserOf: BrowserOf, person: Person, boxes: string[]): Promise<Page> {
  const page = await browserOf(person, { viewport: PHONE });
  page.on("dialog", async (dialog) => {
    boxes.push(dialog.message());
    await dialog.dismiss();
  });
  return page;
}

/** Nothing that a name says was done, and nothing is wider than the page. */
async function expectUntouched(page: Page): Promise<void> {
  await expect(page).not.toHaveTitle("taken");
  await expectNoSidewaysScrolling(page);
}
