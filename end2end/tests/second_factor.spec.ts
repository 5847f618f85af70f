/** Second factors: set up, asked for, lost, required. */
import { expect, test } from "../fixtures.ts";
import { code } from "../one_time_code.ts";
import { beginSetUp, enter, recoveryCodes, setUpCodes, turnOn } from "../second_factor.ts";
import { signIn } from "../sign_in.ts";
import { admin, manager, secondOwner } from "../story.ts";

test.use({ fresh: true });

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with scripts" : "with scripts off";

  test(`one-time codes are set up and asked for, and recovery codes stand in, ${how}`, async ({ browserOf, complaints }) => {
    complaints.expect(/status of 422/);
    const page = await browserOf(manager, { javaScriptEnabled });
    const secret = await beginSetUp(page);
    await turnOn(page, "000000");
    await expect(page.getByRole("alert")).toContainText("This code is not right.");
    await turnOn(page, code(secret));
    await expect(page.getByRole("heading", { name: "One-time codes are set up" })).toBeVisible();
    const recovery = await recoveryCodes(page).allInnerTexts();
    expect(recovery).toHaveLength(10);

    const elsewhere = await browserOf(null, { javaScriptEnabled });
    await elsewhere.goto("/sign-in?next=/notifications");
    await signIn(elsewhere, manager.email);
    await expect(elsewhere.getByRole("heading", { name: "Second step" })).toBeVisible();
    await elsewhere.goto("/accounts");
    await expect(elsewhere.getByRole("heading", { name: "Sign in" })).toBeVisible();
    await elsewhere.goto("/sign-in/second-step?next=/notifications");
    await enter(elsewhere, "123456");
    await expect(elsewhere.getByRole("alert")).toContainText("This code is not right");
    // The next step's: the one before was used for the set-up.
    await enter(elsewhere, code(secret, 1));
    await expect(elsewhere).toHaveURL("/notifications");

    const lost = await browserOf(null, { javaScriptEnabled });
    await lost.goto("/sign-in");
    await signIn(lost, manager.email);
    await enter(lost, recovery[0] ?? "");
    await expect(lost).toHaveURL("/accounts");
    await lost.goto("/settings/security");
    await expect(lost.getByText("You have 9 left.")).toBeVisible();
  });

  test(`a required second factor comes before everything else, ${how}`, async ({ browserOf, complaints }) => {
    complaints.expect(/status of (403|422)/);
    const admins = await browserOf(admin, { javaScriptEnabled });
    await admins.goto("/settings/sign-in-rules");
    await admins.getByLabel("Require a second factor").check();
    await admins.getByRole("button", { name: "Save rules" }).click();
    await expect(admins.getByRole("alert")).toContainText("Set up a second factor of your own first");
    await setUpCodes(admins);
    await admins.goto("/settings/sign-in-rules");
    await admins.getByLabel("Require a second factor").check();
    await admins.getByRole("button", { name: "Save rules" }).click();
    await expect(admins.getByText("A second factor is required now.")).toBeVisible();

    const page = await browserOf(null, { javaScriptEnabled });
    await page.goto("/sign-in");
    await signIn(page, secondOwner.email);
    await expect(page).toHaveURL("/settings/security");
    await expect(page.getByText("asks its members for a second factor")).toBeVisible();
    for (const path of ["/accounts", "/notifications", "/settings/sign-in-rules"]) {
      await page.goto(path);
      await expect(page, path).toHaveURL("/settings/security");
    }
    const refused = await page.request.post("/api/account/list", {
      form: { "filter[search]": "" },
      headers: { origin: new URL(page.url()).origin },
    });
    expect(refused.status()).toBe(403);
    await setUpCodes(page);
    await page.goto("/accounts");
    await expect(page.getByRole("heading", { level: 1, name: "All accounts" })).toBeVisible();
  });
}
