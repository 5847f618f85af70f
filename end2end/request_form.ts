/** The form "Request share access", in the dialog and on the page of its own. */
import { expect, type Locator, type Page } from "@playwright/test";
import { requestButton } from "./account_list.ts";

export class RequestForm {
  /** A combobox where scripts run, a text box where they do not. */
  readonly search: Locator;
  readonly suggestions: Locator;
  readonly picked: Locator;
  readonly accessEnds: Locator;
  readonly endDate: Locator;
  readonly reason: Locator;
  readonly send: Locator;
  readonly cancel: Locator;
  /** What is wrong, above the fields. */
  readonly problems: Locator;

  constructor(readonly root: Page | Locator) {
    this.search = root.getByLabel("Search members by name or email address");
    this.suggestions = root.getByRole("listbox", { name: "Members found" });
    this.picked = root.getByRole("list", { name: "Members to get access" });
    this.accessEnds = root.getByLabel("Access ends");
    this.endDate = root.getByLabel("Last day of access");
    this.reason = root.getByRole("textbox", { name: /^Reason/ });
    this.send = root.getByRole("button", { name: "Send" });
    this.cancel = root.getByRole("button", { name: "Cancel" }).or(root.getByRole("link", { name: "Cancel" }));
    this.problems = root.getByRole("alert");
  }

  suggestion(name: string): Locator {
    return this.suggestions.getByRole("option", { name });
  }

  role(name: "Collaborator" | "Account manager"): Locator {
    return this.root.getByRole("radio", { name });
  }

  remove(name: string): Locator {
    return this.picked.getByRole("button", { name: `Remove ${name}` });
  }

  /** Types, and picks the member who is suggested. Needs scripts. */
  async pick(typed: string, name: string): Promise<void> {
    await this.search.fill(typed);
    await this.suggestion(name).click();
    await expect(this.remove(name)).toBeVisible();
  }
}

/** The dialog of an account, whether it is open or not. */
export function dialogOf(page: Page): Locator {
  return page.getByRole("dialog", { name: "Request share access" });
}

/** Presses the card's button, and waits for the form in the dialog. */
export async function openDialog(page: Page, label: string): Promise<RequestForm> {
  await requestButton(page, label).click();
  const form = new RequestForm(dialogOf(page));
  await expect(form.search).toBeFocused();
  return form;
}
