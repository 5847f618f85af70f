/** What every test starts from: a program of the worker's own, browsers of people who are signed in, and a watch on them. */
import { expect, test as base, type BrowserContextOptions, type Page } from "@playwright/test";
import type { DatabaseOption } from "./playwright.config.ts";
import { startProgram, type Program } from "./program.ts";
import { PASSWORD, type Person } from "./story.ts";
import { Complaints } from "./watch.ts";

export { expect } from "@playwright/test";

/** A browser of somebody's own; of nobody's who is signed in, without a person. The page is still empty. */
export type BrowserOf = (person: Person | null, options?: BrowserContextOptions) => Promise<Page>;

interface Fixtures {
  /** Whether each test gets a program of its own, because it changes what others rely on. */
  fresh: boolean;
  /** Whether the program, one of the test's own, is reached by a name. */
  named: boolean;
  /** The program. */
  program: Program;
  complaints: Complaints;
  browserOf: BrowserOf;
}

interface WorkerFixtures extends DatabaseOption {
  /** The program of the tests that change nothing, started when the first of them asks. */
  shared: () => Promise<Program>;
}

export const test = base.extend<Fixtures, WorkerFixtures>({
  database: ["sqlite", { option: true, scope: "worker" }],
  fresh: [false, { option: true }],
  named: [false, { option: true }],

  shared: [
    async ({ database }, use) => {
      let program: Promise<Program> | undefined;
      await use(() => (program ??= startProgram(database)));
      await (await program)?.stop();
    },
    { scope: "worker" },
  ],

  program: async ({ fresh, named, database, shared }, use) => {
    if (fresh || named) {
      const program = await startProgram(database, named);
      await use(program);
      await program.stop();
    } else {
      await use(await shared());
    }
  },

  baseURL: async ({ program }, use) => use(program.address),

  complaints: async ({}, use) => {
    const complaints = new Complaints();
    await use(complaints);
    expect(complaints.unexpected, "the browser complained").toEqual([]);
  },

  browserOf: async ({ browser, program, complaints }, use) => {
    const close: (() => Promise<void>)[] = [];
    await use(async (person, options) => {
      const context = await browser.newContext({ baseURL: program.address, ...options });
      close.push(() => context.close());
      await complaints.listenTo(context);
      if (person !== null) {
        const answer = await context.request.post("/api/session/sign-in", {
          form: { email: person.email, password: PASSWORD },
          headers: { accept: "text/html", origin: program.address },
          maxRedirects: 0,
        });
        expect(answer.headers()["location"], `${person.email} signs in`).toBe("/accounts");
      }
      return context.newPage();
    });
    for (const closing of close) await closing();
  },
});

/** Opens a page and waits until its islands are awake. */
export async function open(page: Page, path: string): Promise<void> {
  await page.goto(path);
  await awake(page);
}

/** Waits until the islands of the page are awake. */
export async function awake(page: Page): Promise<void> {
  await page.locator("html[data-hydrated]").waitFor();
}
