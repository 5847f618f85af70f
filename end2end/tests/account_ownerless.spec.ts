/** Accounts whose owners are all gone: an Admin is told, and gives them another. */
import { card } from "../account_list.ts";
import { awake, expect, open, test } from "../fixtures.ts";
import { abandoned } from "../found.ts";
import { lookAt } from "../look.ts";
import { admin, secondOwner, UNSHARED } from "../story.ts";

test.use({ fresh: true });

test.beforeEach(({ program }) => abandoned(program, UNSHARED));

for (const { how, javaScriptEnabled } of [
  { how: "with scripts", javaScriptEnabled: true },
  { how: "with scripts switched off", javaScriptEnabled: false },
]) {
  test(`an Admin gives an account without an owner one, ${how}`, async ({ browserOf }) => {
    const admins = await browserOf(admin, { javaScriptEnabled });
    await admins.goto("/accounts");
    await admins.getByRole("link", { name: /without an owner/ }).click();
    await admins.getByRole("link", { name: `Assign owner to ${UNSHARED}` }).click();
    await expect(admins.getByRole("heading", { level: 1, name: `Assign owner to ${UNSHARED}` })).toBeVisible();
    await admins.getByLabel("Search members by name or email address").fill("nobody is called this");
    await admins.getByRole("button", { name: "Search" }).click();
    await expect(admins.getByText("No active member of your workspace is called like this.")).toBeVisible();
    await admins.getByLabel("Search members by name or email address").fill("tom");
    await admins.getByRole("button", { name: "Search" }).click();
    await admins.getByRole("button", { name: `Assign owner ${secondOwner.name}` }).click();
    await expect(admins.getByText(`${secondOwner.name} is now Owner of ${UNSHARED}.`)).toBeVisible();
    await admins.goto("/accounts/without-owner");
    await expect(admins.getByRole("heading", { name: "Every account has an owner" })).toBeVisible();
    const owners = await browserOf(secondOwner, { javaScriptEnabled });
    await owners.goto("/accounts");
    await expect(card(owners, UNSHARED)).toContainText("Owner");
  });
}

test("the pages of accounts without an owner: no violation, light and dark, wide and narrow", async ({ browserOf }) => {
  test.slow();
  const admins = await browserOf(admin);
  await open(admins, "/accounts");
  await lookAt(admins);
  await open(admins, "/accounts/without-owner");
  await lookAt(admins);
  await admins.getByRole("link", { name: `Assign owner to ${UNSHARED}` }).click();
  await awake(admins);
  await lookAt(admins);
});
