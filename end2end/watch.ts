/** What a browser complains about while a test runs: the policy, scripts that fail, markup that did not wake up. */
import type { BrowserContext } from "@playwright/test";

/** Complaints of every page of a test. A test that ends with one has failed. */
export class Complaints {
  private readonly heard: string[] = [];
  private readonly expected: RegExp[] = [
    // What the tests themselves put into every page does not run in the frame that shows a mail.
    /^Blocked script execution in '.*\/dev\/mail\/.*' because the document's frame is sandboxed/,
    // A matter of time only: with scripts switched off nothing ever asks for the program, on a busy machine it asks late.
    /was preloaded using link preload but not used within a few seconds/,
    // Meant so: browsers without invoker commands open the row's dialogs as popovers.
    /^popovertarget is ignored on elements with commandfor/,
  ];

  /** Says that the test brings about a complaint like this, such as for an answer 404. */
  expect(complaint: RegExp): void {
    this.expected.push(complaint);
  }

  /** Those that nobody expected. */
  get unexpected(): string[] {
    return this.heard.filter((complaint) => !this.expected.some((expected) => expected.test(complaint)));
  }

  /** Listens to all pages of a context, those that links open too. */
  async listenTo(context: BrowserContext): Promise<void> {
    context.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") {
        this.heard.push(`${message.text()} (${message.location().url || message.page()?.url()})`);
      }
    });
    context.on("weberror", (error) => this.heard.push(error.error().stack || String(error.error())));
    await context.addInitScript(() => {
      document.addEventListener("securitypolicyviolation", (violation) => {
        console.error(`Policy: ${violation.effectiveDirective} forbids ${violation.blockedURI} ${violation.sample}`);
      });
    });
  }
}
