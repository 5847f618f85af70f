/** Brings about what a test starts from, by the same acts as a person's, without going through the pages. */
import { expect, type Page } from "@playwright/test";
import { randomUUID } from "node:crypto";

/** What is asked for. */
export interface Asked {
  /** The account's label. */
  account: string;
  /** Whom it is for, by name. */
  members: string[];
  role?: "collaborator" | "account_manager";
  /** `never`, or a number of days. */
  accessEnd?: string;
  reason?: string;
}

/** Sends a request as the one who is signed in to this page's browser. Gives the path of the account. */
export async function ask(page: Page, asked: Asked): Promise<string> {
  const { account: label, members, role = "collaborator", accessEnd = "30", reason = "" } = asked;
  const { account } = (await all(page, "account/list", { "filter[search]": label })).cards.find(
    (card: { label: string }) => card.label === label,
  );
  const form: Record<string, string> = {
    account,
    "form[key]": randomUUID(),
    "form[role]": role,
    "form[access_end]": accessEnd,
    "form[reason]": reason,
  };
  for (const [index, typed] of members.entries()) {
    const found = await all(page, "access-request/search-members", { account, role, typed });
    form[`form[members][${index}]`] = found.find((found: { name: string }) => found.name === typed).member;
  }
  const sent = await all(page, "access-request/send", form);
  expect(sent.refused).toEqual([]);
  return `/accounts/${account}`;
}

async function all(page: Page, endpoint: string, form: Record<string, string>) {
  const origin = new URL((await page.request.get("/health")).url()).origin;
  const answer = await page.request.post(`/api/${endpoint}`, { form, headers: { origin } });
  expect(answer.ok(), `${endpoint}: ${await answer.text()}`).toBe(true);
  return answer.json();
}
