/** The markup that the server writes, and what becomes of it once the islands in it are awake. */
import { expect, type Page, type Response } from "@playwright/test";
import { HtmlValidate } from "html-validate";
import type { BrowserOf } from "./fixtures.ts";
import type { State } from "./state.ts";

declare global {
  interface Window {
    /** The islands' markup at the moment they are all awake, before they do anything of their own. */
    awoken?: string[];
    markupOfIslands(page: Document): string[];
  }
}

const validator = new HtmlValidate({ extends: ["html-validate:standard"] });

/** Brings a state about. Gives the page that shows it, and the source of the page that was loaded last. */
export async function showWritten(state: State, browserOf: BrowserOf): Promise<{ page: Page; html: string }> {
  let answer: Response | undefined;
  const page = await state.show(async (person, options) => {
    const page = await browserOf(person, options);
    await watchTheAwakening(page);
    page.on("response", (response) => {
      if (response.request().isNavigationRequest()) answer = response;
    });
    return page;
  });
  return { page, html: (await answer?.text()) ?? "" };
}

/** What the server has written is HTML as the standard has it. */
export async function expectValid(html: string): Promise<void> {
  expect(html, "the server has written something").not.toBe("");
  // The framework marks places with `<!>`, which browsers read as an empty comment and the standard calls an error.
  const { results } = await validator.validateString(html.replaceAll("<!>", "<!---->"));
  expect(results.flatMap(({ messages }) => messages)).toEqual([]);
}

/** Notes how the islands of the pages to come look as they wake up. */
export async function watchTheAwakening(page: Page): Promise<void> {
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

/** The islands woke up in the markup that the server wrote. */
export async function expectTheSame(page: Page, html: string): Promise<void> {
  const { written, awoken } = await page.evaluate((html) => {
    const written = window.markupOfIslands(new DOMParser().parseFromString(html, "text/html"));
    return { written, awoken: window.awoken };
  }, html);
  expect(awoken).toEqual(written);
}
