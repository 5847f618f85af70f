/** Passwords are shown to an owner who has proven who they are, and to nobody who has only found their browser. */
import { goToPart, SHARED_PASSWORD } from "../credential.ts";
import { awake, expect, test } from "../fixtures.ts";
import { signedInLongAgo } from "../found.ts";
import { owner, PASSWORD, SHARED } from "../story.ts";

test.use({ fresh: true });

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with scripts" : "with scripts off";

  test(`an owner who has signed in long ago confirms who they are first, ${how}`, async ({ browserOf, program }) => {
    const page = await browserOf(owner, { javaScriptEnabled });
    await signedInLongAgo(program, owner);
    await goToPart(page, SHARED, "");
    await page.getByRole("link", { name: "Show password" }).click();
    await expect(page.getByText(/^Confirm with your Latchkey password that it is you, to have the password shown\./)).toBeVisible();
    await page.getByLabel("Password").fill(PASSWORD);
    await page.getByRole("button", { name: "Confirm" }).click();
    if (javaScriptEnabled) await awake(page);
    await page.getByRole("button", { name: "Show password" }).click();
    await expect(page.getByText(SHARED_PASSWORD, { exact: true })).toBeVisible();
  });
}

test("a page that has stood open for long leads to the confirmation", async ({ browserOf, program, complaints }) => {
  complaints.expect(/status of 403/);
  const page = await browserOf(owner);
  const path = await goToPart(page, SHARED, "");
  await awake(page);
  await signedInLongAgo(program, owner);
  await page.getByRole("button", { name: "Show password" }).click();
  await expect(page).toHaveURL(`${path}/password`);
  await expect(page.getByText(/^Confirm with your Latchkey password that it is you/)).toBeVisible();
});
