/** The markup that the server writes: valid, and the same once the islands in it are awake. */
import type { Page, Request, Response } from "@playwright/test";
import { pathOf } from "../account_list.ts";
import { awake, expect, test } from "../fixtures.ts";
import { expectValid } from "../look.ts";
import { AFTER_ACTS, FAILURES, PAGES } from "../states.ts";
import { manager, SHARED } from "../story.ts";

declare global {
  interface Window {
    /** The islands' markup at the moment they are all awake, before they do anything of their own. */
    awoken?: string[];
    markupOfIslands(page: Document): string[];
  }
}

for (const state of PAGES) {
  test(`${state.name}: islands wake up in the markup that the server wrote`, async ({ browserOf }) => {
    let answer: Response | undefined;
    const page = await state.show(async (person, options) => {
      const page = await browserOf(person, options);
      await watchTheAwakening(page);
      page.on("response", (response) => {
        if (response.request().isNavigationRequest()) answer = response;
      });
      return page;
    });
    await expectTheSame(page, await answer?.text());
  });
}

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

for (const { states, fresh } of [
  { states: [...PAGES, ...FAILURES], fresh: false },
  { states: AFTER_ACTS, fresh: true },
]) {
  test.describe(() => {
    test.use({ fresh });

    for (const state of states) {
      test(`${state.name}: the HTML is valid`, async ({ browserOf, complaints }) => {
        complaints.expect(/Failed to load resource/);
        let answer: Response | undefined;
        await state.show(async (person) => {
          const page = await browserOf(person);
          page.on("response", (response) => {
            if (response.request().isNavigationRequest()) answer = response;
          });
          return page;
        });
        await expectValid(await answer?.text());
      });
    }
  });
}

async function watchTheAwakening(page: Page): Promise<void> {
  await page.addInitScript(() => {
    /** Elements, attributes in one order, and texts. Comments are the framework's own marks. */
    const told = (node: Node): string => {
      if (node.nodeType === Node.TEXT_NODE) return node.nodeValue ?? "";
      if (node.nodeType !== Node.ELEMENT_NODE) return "";
      const element = node as Element;
      const attributes = [...element.attributes].map(({ name, value }) => ` ${name}="${value}"`).sort();
      const inside = [...element.childNodes].map(told).join("");
      return `<${element.localName}${attributes.join("")}>${inside}</${element.localName}>`;
    };
    window.markupOfIslands = (page) =>
      [...page.querySelectorAll("leptos-island")].map((island) => [...island.childNodes].map(told).join(""));
    // The mark is set once all islands are awake, before anything that they do of their own has its turn.
    const { setAttribute } = Element.prototype;
    Element.prototype.setAttribute = function (name, value) {
      if (name === "data-hydrated") window.awoken = window.markupOfIslands(document);
      setAttribute.call(this, name, value);
    };
  });
}

async function expectTheSame(page: Page, html: string | undefined): Promise<void> {
  const { written, awoken } = await page.evaluate((html) => {
    const written = window.markupOfIslands(new DOMParser().parseFromString(html, "text/html"));
    return { written, awoken: window.awoken };
  }, html ?? "");
  expect(awoken).toEqual(written);
}

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
