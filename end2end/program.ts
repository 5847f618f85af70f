/** Latchkey itself, running on a database of its own that the demo has filled. */
import { Client } from "pg";
import { spawn, type ChildProcess } from "node:child_process";
import { randomUUID } from "node:crypto";
import { closeSync, openSync } from "node:fs";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Database } from "./playwright.config.ts";

/** A server that answers. */
export interface Program {
  /** Where: `http://127.0.0.1:` and the port, or `http://localhost:`. */
  readonly address: string;
  /** Where its database is. */
  readonly database: string;
  /** Ends it as an operator would, and removes its database. Throws when it did not end well, or logged an incident. */
  stop(): Promise<void>;
}

/** Settings of whoever runs the tests must not reach the program: only what the tests' own runner says does. */
const PASSED_ON = new Set(["LATCHKEY_SITE", "LATCHKEY_LOG"]);

/**
 * Starts Latchkey. Takes about half a second. Browsers offer passkeys only for a site that has a name: `localhost`, where one is
 * wanted.
 */
export async function startProgram(database: Database, named = false): Promise<Program> {
  return start(database, true, named);
}

/** Starts Latchkey as somebody finds it who has just installed it, without the demo. Gives the set-up link it has printed, too. */
export async function startEmptyProgram(database: Database): Promise<Program & { setUpLink: string }> {
  const program = await start(database, false, false);
  const line = (await program.log()).split("\n").find((line) => line.includes("/set-up?token="));
  return { ...program, setUpLink: JSON.parse(line ?? "{}").link };
}

async function start(database: Database, demo: boolean, named: boolean): Promise<Program & { log(): Promise<string> }> {
  const folder = await mkdtemp(join(tmpdir(), "latchkey-"));
  const { url, drop } = database === "sqlite" ? sqliteIn(folder) : await postgres();
  const discard = async () => {
    await drop();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const log = join(folder, "log");
    const settings = {
      LATCHKEY_DATABASE_URL: url,
      LATCHKEY_MAIL_FOLDER: join(folder, "mail"),
      LATCHKEY_KEY_FILE: join(folder, "latchkey.key"),
    };
    if (demo) {
      await succeeds(run("demo", settings, join(folder, "demo-log")), join(folder, "demo-log"));
    }
    // Another program may take the port between our asking for it and the server's: then again.
    for (let attempt = 0; attempt < 3; attempt += 1) {
      const port = await freePort();
      const address = `http://${named ? "localhost" : "127.0.0.1"}:${port}`;
      const child = run("serve", { ...settings, LATCHKEY_ADDRESS: `127.0.0.1:${port}`, LATCHKEY_SITE_URL: address }, log);
      if (await answers(child, address)) {
        return { address, database: url, log: () => readFile(log, "utf8"), stop: () => end(child, log).finally(discard) };
      }
    }
    throw new Error(`latchkey serve does not start:\n${await readFile(log, "utf8")}`);
  } catch (error) {
    await discard();
    throw error;
  }
}

function sqliteIn(folder: string) {
  return { url: `sqlite://${join(folder, "latchkey.db")}`, drop: async () => {} };
}

async function postgres() {
  const server = process.env.LATCHKEY_TEST_POSTGRES_URL;
  if (server === undefined) {
    throw new Error("LATCHKEY_TEST_POSTGRES_URL names no PostgreSQL server. `cargo xtask e2e` starts one.");
  }
  const name = `latchkey_${randomUUID().replaceAll("-", "")}`;
  const say = async (statement: string) => {
    const client = new Client({ connectionString: server });
    await client.connect();
    try {
      await client.query(statement);
    } finally {
      await client.end();
    }
  };
  await say(`CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => say(`DROP DATABASE ${name} WITH (FORCE)`) };
}

function run(command: string, settings: Record<string, string>, log: string): ChildProcess {
  const program = process.env.LATCHKEY_PROGRAM;
  if (program === undefined) {
    throw new Error("LATCHKEY_PROGRAM names no program. `cargo xtask e2e` builds it and says where it is.");
  }
  const surroundings = Object.entries(process.env).filter(([name]) => !name.startsWith("LATCHKEY_") || PASSED_ON.has(name));
  const output = openSync(log, "a");
  try {
    const env = { ...Object.fromEntries(surroundings), ...settings };
    return spawn(program, [command], { env, stdio: ["ignore", output, output] });
  } finally {
    closeSync(output);
  }
}

async function succeeds(child: ChildProcess, log: string): Promise<void> {
  const code = await ended(child);
  if (code !== 0) {
    throw new Error(`${child.spawnargs.join(" ")} ended with ${code}:\n${await readFile(log, "utf8")}`);
  }
}

/** The exit code, or what else the program ended by. */
function ended(child: ChildProcess): Promise<number | string | null> {
  if (child.exitCode !== null || child.signalCode !== null) {
    return Promise.resolve(child.exitCode ?? child.signalCode);
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? signal));
  });
}

/** Whether the program gets ready; not when it ends before. */
async function answers(child: ChildProcess, address: string): Promise<boolean> {
  let over = false;
  const gone = ended(child).then(() => (over = true));
  const deadline = Date.now() + 30_000;
  while (!over && Date.now() < deadline) {
    const answer = await fetch(`${address}/ready`).catch(() => undefined);
    if (answer?.ok && !over) return true;
    await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 25))]);
  }
  child.kill("SIGKILL");
  return false;
}

async function end(child: ChildProcess, log: string): Promise<void> {
  child.kill("SIGTERM");
  await succeeds(child, log);
  const lines = (await readFile(log, "utf8")).split("\n");
  const incidents = lines.filter((line) => line.includes('"level":"ERROR"'));
  if (incidents.length > 0) {
    throw new Error(`the program logged what must not happen:\n${incidents.join("\n")}`);
  }
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
