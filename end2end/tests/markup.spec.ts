/** The page of a dialog without scripts: the islands in it wake up in whatever the server wrote after each act. */
import type { Page, Request } from "@playwright/test";
import { pathOf } from "../account_list.ts";
import { awake, expect, test } from "../fixtures.ts";
import { expectTheSame, watchTheAwakening } from "../markup.ts";
import { manager, SHARED } from "../story.ts";

test("the page Request share access, found, picked and refused: islands wake up in what the server wrote", async ({
  browserOf,
  complaints,
}) => {
  complaints.expect(/status of 422/);
  const plain = await browserOf(manager, { javaScriptEnabled: false });
  await plain.goto("/accounts");
  await plain.goto(`${await pathOf(plain, SHARED)}/request-access`);
  const awakened = await browserOf(manager);
  await watchTheAwakening(awakened);
  for (const act of [
    async () => {
      await plain.getByLabel("Search members by name or email address").fill("o");
      await plain.getByRole("button", { name: "Search" }).click();
      await expect(plain.getByRole("list", { name: "Members found" })).toBeVisible();
    },
    async () => {
      await plain.getByLabel("Search members by name or email address").fill("rob");
      await plain.getByRole("button", { name: "Search" }).click();
      await expect(plain.getByRole("button", { name: "Add Robert Müller" })).toBeVisible();
    },
    async () => {
      await plain.getByRole("button", { name: "Add Robert Müller" }).click();
      await expect(plain.getByRole("button", { name: "Remove Robert Müller" })).toBeVisible();
    },
    async () => {
      await plain.getByLabel("Access ends").selectOption("A date");
      await plain.getByRole("textbox", { name: "Reason" }).fill("</textarea><b>&amp;\n  two");
      await plain.getByRole("button", { name: "Send" }).click();
      await expect(plain.getByRole("alert")).toBeVisible();
    },
  ]) {
    const answered = plain.waitForRequest((request) => request.method() === "POST");
    await act();
    // The same post, by a browser whose scripts run.
    const html = await postAgain(awakened, await answered);
    await awake(awakened);
    await expectTheSame(awakened, html);
  }
});

/** Posts a form as a browser does, from another page of the same site. Gives the page's source. */
async function postAgain(page: Page, request: Request): Promise<string> {
  await page.goto("/dev/mail");
  const answered = page.waitForResponse((response) => response.request().method() === "POST");
  await page.evaluate(
    ({ url, fields }) => {
      const form = Object.assign(document.createElement("form"), { method: "post", action: url });
      for (const [name, value] of fields) {
        form.append(Object.assign(document.createElement("textarea"), { name, value }));
      }
      document.body.append(form);
      form.submit();
    },
    { url: request.url(), fields: [...new URLSearchParams(request.postData() ?? "")] },
  );
  return (await answered).text();
}
