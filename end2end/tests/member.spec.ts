/** All members: invitations, roles, and those who leave. */
import { addAccount } from "../account_list.ts";
import { awake, expect, open, test } from "../fixtures.ts";
import { tabTo } from "../keyboard.ts";
import { PHONE } from "../look.ts";
import { invitationLink, invite, memberRow } from "../member_list.ts";
import { admin, collaborator, director, HOST, owner, secondOwner } from "../story.ts";

test("every member sees the members, and Admins alone act", async ({ browserOf }) => {
  const page = await browserOf(secondOwner);
  await open(page, "/members");
  await expect(memberRow(page, owner.name)).toContainText("Owner");
  await expect(memberRow(page, secondOwner.name)).toContainText("You");
  await expect(page.getByRole("link", { name: "Invite members" })).toHaveCount(0);
  await expect(page.getByRole("button", { name: /Change role|Deactivate/ })).toHaveCount(0);
});

test("members are found by name, role and status, and the address keeps it", async ({ browserOf }) => {
  const page = await browserOf(admin);
  await open(page, "/members");
  await page.getByLabel("Search members").fill("tomas");
  await page.getByRole("button", { name: "Search" }).click();
  await expect(page).toHaveURL(/search=tomas/);
  await expect(memberRow(page, secondOwner.name)).toBeVisible();
  await expect(memberRow(page, owner.name)).toHaveCount(0);
  await page.goto("/members?role=admin");
  await expect(memberRow(page, admin.name)).toBeVisible();
  await page.goto("/members?search=nobody+is+called+this");
  await expect(page.getByRole("heading", { name: "No member found" })).toBeVisible();
});

test.describe(() => {
  test.use({ fresh: true });

  for (const { how, options } of [
    { how: "with scripts", options: {} },
    { how: "on a phone", options: { viewport: PHONE } },
    { how: "with scripts switched off", options: { javaScriptEnabled: false } },
  ]) {
    test(`an invitation is sent again, copied and withdrawn, ${how}`, async ({ browserOf, complaints }) => {
      complaints.expect(/status of 404/);
      const page = await browserOf(admin, options);
      await invite(page, "ines@harbor.example");
      await expect(page.getByText("ines@harbor.example was invited.")).toBeVisible();
      await page.getByRole("button", { name: "Resend invitation of ines@harbor.example" }).click();
      await expect(page.getByText("The invitation was sent to ines@harbor.example again.")).toBeVisible();
      const link = await invitationLink(page, "ines@harbor.example");
      const ines = await browserOf(null, options);
      await ines.goto(link);
      await expect(ines.getByRole("heading", { level: 1, name: `Join ${HOST}` })).toBeVisible();
      await page.getByRole("button", { name: "Withdraw invitation of ines@harbor.example" }).click();
      await expect(page.getByText("The invitation of ines@harbor.example is withdrawn.")).toBeVisible();
      await expect(memberRow(page, "ines@harbor.example")).toHaveCount(0);
      await ines.reload();
      await expect(ines.getByRole("heading", { level: 1, name: "This invitation does not work" })).toBeVisible();
    });

    test(`a member is deactivated and reactivated, ${how}`, async ({ browserOf }) => {
      // The last Owner of an account stays until somebody else is Owner.
      await addAccount(await browserOf(secondOwner), "Till");
      const page = await browserOf(admin, options);
      await page.goto("/members");
      await page.getByRole("link", { name: `Deactivate ${secondOwner.name}` }).click();
      await expect(page.getByRole("heading", { level: 1, name: `Deactivate ${secondOwner.name}?` })).toBeVisible();
      await expect(page.getByText("Make someone else Owner first.")).toBeVisible();
      await expect(page.getByRole("main").getByRole("link", { name: "Till" })).toBeVisible();
      await expect(page.getByRole("button", { name: /^Deactivate/ })).toHaveCount(0);
      await page.getByRole("main").getByRole("link", { name: "Back to All members" }).click();

      const colleague = page.getByRole("row").filter({ hasText: "team." }).first();
      const name = (await colleague.getByRole("rowheader").innerText()).split("\n")[0] ?? "";
      await colleague.getByRole("link", { name: "Deactivate" }).click();
      await expect(page.getByText("Every session ends at once, and so does every open page.")).toBeVisible();
      await page.getByRole("button", { name: "Deactivate" }).click();
      await expect(page.getByText(`${name} is deactivated, and has no access to anything any more.`)).toBeVisible();
      await expect(memberRow(page, name)).toContainText("Deactivated");
      await memberRow(page, name).getByRole("button", { name: "Reactivate" }).click();
      await expect(page.getByText(`${name} can sign in again.`)).toBeVisible();
      await expect(memberRow(page, name)).toContainText("Active");
    });

    test(`the ownership is handed over, ${how}`, async ({ browserOf }) => {
      const page = await browserOf(owner, options);
      await page.goto("/settings/workspace");
      await page.getByRole("link", { name: "Hand over ownership" }).click();
      await page.getByLabel("Search members").fill("tomas");
      await page.getByRole("button", { name: "Search" }).click();
      await page.getByRole("link", { name: `Choose ${secondOwner.name}` }).click();
      await page.getByRole("button", { name: `Hand over ownership to ${secondOwner.name}` }).click();
      await expect(page.getByText(`${secondOwner.name} is the workspace's Owner now. You are an Admin.`)).toBeVisible();
      await page.goto("/members");
      await expect(memberRow(page, secondOwner.name)).toContainText("Owner");
    });
  }

  test("somebody who is deactivated is signed out at once", async ({ browserOf, complaints }) => {
    complaints.expect(/status of 40[134]/);
    const theirs = await browserOf(collaborator);
    await open(theirs, "/accounts");
    const page = await browserOf(director);
    await open(page, "/members");
    await page.getByRole("link", { name: `Deactivate ${collaborator.name}` }).click();
    await page.getByRole("button", { name: "Deactivate" }).click();
    await expect(page.getByText(`${collaborator.name} is deactivated`)).toBeVisible();
    await theirs.goto("/accounts");
    await expect(theirs).toHaveURL(/\/sign-in/);
  });

  test("a role is changed by keyboard alone", async ({ browserOf }) => {
    const page = await browserOf(owner);
    await open(page, "/members");
    await tabTo(page, page.getByLabel(`Role of ${secondOwner.name}`));
    await page.keyboard.press("ArrowDown");
    await tabTo(page, page.getByRole("button", { name: `Change role of ${secondOwner.name}` }));
    await page.keyboard.press("Enter");
    await expect(page.getByText(`${secondOwner.name} is now Admin of the workspace.`)).toBeVisible();
    await awake(page);
  });

  test("the list is downloaded", async ({ browserOf }) => {
    const page = await browserOf(admin);
    await open(page, "/members");
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Download CSV" }).click();
    const file = await download;
    expect(file.suggestedFilename()).toBe("members.csv");
    const stream = await file.createReadStream();
    let text = "";
    for await (const piece of stream) text += piece;
    expect(text.split("\r\n")[0]).toBe("Name,Email address,Role,Status,Joined,Invited until,Deactivated");
    expect(text).toContain(`${owner.name},${owner.email},Owner,Active`);
  });
});
