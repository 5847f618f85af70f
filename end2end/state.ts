/** What a test looks at: pages, found by their paths or brought about by acts. */
import { type Page } from "@playwright/test";
import { pathOf } from "./account_list.ts";
import { awake, open, type BrowserOf } from "./fixtures.ts";
import { type Person } from "./story.ts";

/** Something to look at. */
export interface State {
  readonly name: string;
  /** Brings it about, and gives the page that shows it. */
  readonly show: (browserOf: BrowserOf) => Promise<Page>;
}

/** A page, as somebody sees it: by its path, or by what finds the path. */
export function page(name: string, person: Person | null, path: string | ((page: Page) => Promise<string>)): State {
  return {
    name,
    show: async (browserOf) => {
      const shown = await browserOf(person);
      if (typeof path === "string") {
        await open(shown, path);
      } else {
        await open(shown, "/accounts");
        await open(shown, await path(shown));
      }
      return shown;
    },
  };
}

/** Where a link in the main part of a page leads. */
export const linkedOn = (path: string, link: string) => async (page: Page) => {
  await open(page, path);
  return (await page.getByRole("main").getByRole("link", { name: link, exact: true }).getAttribute("href")) ?? "";
};

/** The path of a page below an account's. */
export const below = (label: string, rest: string) => async (page: Page) => `${await pathOf(page, label)}${rest}`;

/** The page at the address that an act has given. */
export function led(name: string, person: Person | null, act: (browserOf: BrowserOf) => Promise<string>): State {
  return {
    name,
    show: async (browserOf) => {
      const path = await act(browserOf);
      const shown = await browserOf(person);
      await open(shown, path);
      return shown;
    },
  };
}

/** What stands in somebody's page once they have acted there. */
export function acted(name: string, person: Person, act: (page: Page, browserOf: BrowserOf) => Promise<unknown>): State {
  return {
    name,
    show: async (browserOf) => {
      const page = await browserOf(person);
      await act(page, browserOf);
      await awake(page);
      return page;
    },
  };
}
