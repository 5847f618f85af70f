/**
 * How the browser tests run. `cargo xtask e2e` starts them and says by variables where the program (LATCHKEY_PROGRAM), the
 * browser (LATCHKEY_TEST_CHROMIUM) and a PostgreSQL server (LATCHKEY_TEST_POSTGRES_URL) are; every worker starts a program of
 * its own on a database of its own, see fixtures.ts.
 */
import { defineConfig } from "@playwright/test";

/** The database under the program that a test talks to. */
export type Database = "sqlite" | "postgres";

/** What the projects below set and the fixtures take, as a worker's option. */
export interface DatabaseOption {
  database: Database;
}

export default defineConfig<object, DatabaseOption>({
  testDir: "tests",
  outputDir: "test-results",
  fullyParallel: true,
  forbidOnly: process.env.CI !== undefined,
  retries: 0,
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  reporter: [
    ["list"],
    ["json", { outputFile: process.env.LATCHKEY_TEST_RESULTS ?? "test-results/results.json" }],
  ],
  use: {
    browserName: "chromium",
    launchOptions: {
      executablePath: process.env.LATCHKEY_TEST_CHROMIUM,
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
      ],
    },
    trace: "off",
    screenshot: "only-on-failure",
  },
  projects:
    process.env.LATCHKEY_TEST_PICTURES === undefined
      ? [
          // What no page can bring about is written into PostgreSQL only, see found.ts.
          { name: "sqlite", use: { database: "sqlite" }, testIgnore: /(account_ownerless|credential_confirmed|name|workspace)\.spec/ },
          // What is only looked at is the same on every database.
          { name: "postgres", use: { database: "postgres" }, testIgnore: /(accessibility|dialog|markup)\.spec/ },
        ]
      : [{ name: "screenshots", testDir: ".", testMatch: "screenshots.ts" }],
});
