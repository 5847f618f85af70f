/**
 * What a test finds in the database although no page can bring it about: a second membership, names of any kind, an account
 * without an owner, and a sign-in of long ago.
 * Only in PostgreSQL: none of our packages writes to SQLite, and what the pages make of it is the same.
 */
import { expect } from "@playwright/test";
import { Client } from "pg";
import type { Program } from "./program.ts";
import type { Person } from "./story.ts";

/** Somebody is a member of another workspace too, and has one of its accounts there. */
export async function joined(program: Program, person: Person, workspace: string, account: string): Promise<void> {
  const statement = `
    WITH joined AS (
      INSERT INTO member (id, workspace_id, user_id, role, status, created_at)
      SELECT gen_random_uuid(), workspace.id, "user".id, 'user', 'active', now()
      FROM workspace, "user" WHERE "user".email = $1 AND workspace.name = $2
      RETURNING id
    )
    INSERT INTO access_grant (id, account_id, member_id, role, source, state, created_at)
    SELECT gen_random_uuid(), account.id, joined.id, 'collaborator', 'direct', 'active', now()
    FROM account, joined WHERE account.label = $3`;
  await written(program, statement, [person.email, workspace, account]);
}

/** Somebody is called something else. The search still knows them by their address. */
export async function called(program: Program, person: Person, name: string): Promise<Person> {
  await written(program, `UPDATE "user" SET name = $1 WHERE email = $2`, [name, person.email]);
  return { ...person, name };
}

/** An account is called something else. The search still knows it by its old label. */
export async function labelled(program: Program, account: string, label: string): Promise<void> {
  await written(program, "UPDATE account SET label = $1 WHERE label = $2", [label, account]);
}

/** Nobody owns an account any more: what a page refuses to bring about, and a member's end from outside may. */
export async function abandoned(program: Program, account: string): Promise<void> {
  const statement = `
    UPDATE access_grant SET state = 'revoked', ended_at = now(), end_reason = 'removed'
    WHERE role = 'owner' AND account_id = (SELECT id FROM account WHERE label = $1)`;
  await written(program, statement, [account], 2);
}

/** Somebody has signed in so long ago that they have to prove once more who they are, where that is asked for. */
export async function signedInLongAgo(program: Program, person: Person): Promise<void> {
  const statement = `
    UPDATE session SET confirmed_at = now() - interval '11 minutes'
    WHERE user_id = (SELECT id FROM "user" WHERE email = $1)`;
  await written(program, statement, [person.email]);
}

async function written(program: Program, statement: string, values: string[], rows = 1): Promise<void> {
  const client = new Client({ connectionString: program.database });
  await client.connect();
  try {
    expect((await client.query(statement, values)).rowCount, "rows written").toBe(rows);
  } finally {
    await client.end();
  }
}
