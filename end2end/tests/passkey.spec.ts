/** Passkeys, with the authenticator that Chromium has for tests. */
import type { CDPSession, Page } from "@playwright/test";
import { expect, open, test } from "../fixtures.ts";
import { lookAt } from "../look.ts";
import { signIn, signOut } from "../sign_in.ts";
import { collaborator, manager } from "../story.ts";

test.use({ named: true });

test("a passkey is set up, and signs in by itself and after the password", async ({ browserOf }) => {
  const page = await browserOf(manager);
  await plugIn(page);
  await setUp(page, "Work laptop");
  await expect(page.getByText("The passkey has been set up.")).toBeVisible();
  await expect(page.getByRole("button", { name: "Remove Work laptop" })).toBeVisible();
  await lookAt(page);

  await signOut(page, manager);
  await open(page, "/sign-in?next=/notifications");
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page).toHaveURL("/notifications");

  await signOut(page, manager);
  await open(page, "/sign-in?next=/settings");
  await signIn(page, manager.email);
  await expect(page.getByRole("heading", { name: "Second step" })).toBeVisible();
  await page.getByRole("button", { name: "Use a passkey" }).click();
  await expect(page).toHaveURL("/settings");
});

test("a passkey that was removed does not sign in any more", async ({ browserOf, complaints }) => {
  complaints.expect(/status of 422/);
  const page = await browserOf(manager);
  await plugIn(page);
  await setUp(page, "Old phone");
  await page.getByRole("button", { name: "Remove Old phone" }).click();
  await expect(page.getByText("The passkey has been removed.")).toBeVisible();
  await signOut(page, manager);
  await open(page, "/sign-in");
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "not known here any more" })).toBeVisible();
});

test("whoever does not prove that it is them is not signed in, and told what to do", async ({ browserOf }) => {
  const page = await browserOf(collaborator);
  const { session, authenticatorId } = await plugIn(page);
  await setUp(page, "Key");
  await expect(page.getByText("The passkey has been set up.")).toBeVisible();
  await signOut(page, collaborator);
  await session.send("WebAuthn.setUserVerified", { authenticatorId, isUserVerified: false });
  await open(page, "/sign-in");
  await page.getByRole("button", { name: "Sign in with a passkey" }).click();
  await expect(page.getByRole("alert").filter({ hasText: "No passkey was used" })).toBeVisible();
  await expect(page).toHaveURL("/sign-in");
});

test("the same device is not set up twice", async ({ browserOf }) => {
  const page = await browserOf(manager);
  await plugIn(page);
  await setUp(page, "Laptop");
  await expect(page.getByText("The passkey has been set up.")).toBeVisible();
  await setUp(page, "Laptop again");
  await expect(page.getByRole("alert").filter({ hasText: "This device has a passkey for you already." })).toBeVisible();
});

/** Gives the page's browser an authenticator with a fingerprint that is always right. */
async function plugIn(page: Page): Promise<{ session: CDPSession; authenticatorId: string }> {
  const session = await page.context().newCDPSession(page);
  await session.send("WebAuthn.enable");
  const { authenticatorId } = await session.send("WebAuthn.addVirtualAuthenticator", {
    options: {
      protocol: "ctap2",
      transport: "internal",
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { session, authenticatorId };
}

async function setUp(page: Page, name: string): Promise<void> {
  await open(page, "/settings/security");
  await page.getByLabel("Name of the new passkey").fill(name);
  await page.getByRole("button", { name: "Set up a passkey" }).click();
}
