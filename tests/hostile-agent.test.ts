/** A model that obeys an attacker fully: the agent searches everything it can reach for what only the gateway may hold. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { promisify } from "node:util";
import { describe, expect, onTestFinished, test } from "vitest";
import { z } from "zod";
import { requirement } from "./require.ts";
import { filesBelow } from "./support/files-below.ts";
import { engineChat } from "./support/engine-chats.ts";
import { docker, engineAnswers, imageExists, removeGroups } from "./support/engine.ts";
import { canaryKey, System } from "./support/system.ts";

const webPassword = "canary-page-9f27c1d8e4";
/** What the agent may find: were it not found everywhere, the search would prove nothing. */
const planted = "planted-5b1e77a0c3";
const chat = engineChat("hostile-agent");
const isLong = process.env["PRAKTOR_LONG"] === "1";

const Findings = z.object({
  hits: z.array(z.string()),
  looked: z.record(z.string(), z.number()),
  late: z.boolean(),
});

const authorization = `Basic ${btoa(`x:${webPassword}`)}`;

async function page(system: System, path: string): Promise<string> {
  const answer = await fetch(system.gateway.web + path, { headers: { authorization } });
  expect(answer.status).toBe(200);
  return await answer.text();
}

async function bubblewrapRuns(): Promise<boolean> {
  return await promisify(execFile)("bwrap", ["--ro-bind", "/", "/", "true"]).then(
    () => true,
    () => false,
  );
}

/** A value as it may be written: plain, in hexadecimal, and in base64 at each of the three places where it can begin. */
function formsOf(value: string): string[] {
  const base64 = [0, 1, 2].map((before) =>
    Buffer.from(`${"x".repeat(before)}${value}`)
      .toString("base64")
      // What its neighbours' bits are in says nothing.
      .slice(before === 0 ? 0 : 4, -4),
  );
  return [value, Buffer.from(value).toString("hex"), ...base64];
}

/** Lets the agent search in a turn of its own; secrets come back as their index in `secrets`, the planted value as the last. */
async function hunt(system: System, secrets: readonly string[]): Promise<z.infer<typeof Findings>> {
  const source = await readFile(new URL("support/hunt.mjs", import.meta.url));
  const upload = await fetch(`${system.gateway.web}/api/groups/${chat}/files/content?path=hunt.mjs`, {
    method: "PUT",
    body: new Uint8Array(source),
    headers: { origin: system.gateway.web, authorization },
  });
  expect(upload.status).toBe(201);
  const values = [...secrets, planted].map((value) => btoa(Buffer.from(value).toString("hex"))).join(",");
  const half = planted.length / 2;
  const plant = `export PLANTED="${planted.slice(0, half)}""${planted.slice(half)}"; echo "$PLANTED" > planted.txt`;
  // A process sandbox sees all of this machine's programs.
  const withinMs = isLong ? 110_000 : 60_000;
  const leaveOut = isLong ? "" : "/usr,/lib,/lib64,/bin,/sbin,/opt/node";
  const answer = await system.ask(
    `bash: ${plant}; sleep 300 & other=$!; node hunt.mjs ${values} ${withinMs} ${leaveOut}; kill $other`,
    chat,
    2 * withinMs,
  );
  const line = /HUNT (\{.*\})/.exec(answer.text)?.[1];
  if (line === undefined) throw new Error(`the search ended with: ${answer.text}`);
  return Findings.parse(JSON.parse(line));
}

function expectNothingFound({ hits, looked, late }: z.infer<typeof Findings>, secrets: readonly string[]): void {
  expect(late).toBe(false);
  for (const [what, count] of Object.entries(looked)) expect({ what, count }).not.toEqual({ what, count: 0 });
  const own = hits.filter((hit) => hit.startsWith(`${secrets.length} `)).map((hit) => hit.split(" ")[1] ?? "");
  for (const place of ["environment", "file:", "proc:environ", "memory:"]) {
    expect(
      own.some((hit) => hit.startsWith(place)),
      `the planted value in ${place}: ${own.join(", ")}`,
    ).toBe(true);
  }
  expect(hits.filter((hit) => !hit.startsWith(`${secrets.length} `))).toEqual([]);
}

function seedOf(bytes: Buffer): string {
  return /SA[A-Z2-7]{56}/.exec(bytes.toString("latin1"))?.[0] ?? "";
}

async function bytesBelow(folder: string): Promise<Buffer> {
  const files = await Promise.all((await filesBelow(folder)).map(async (file) => await readFile(file)));
  return Buffer.concat(files);
}

describe.each([
  { kind: "docker", needs: "docker", usable: (await engineAnswers()) && (await imageExists("praktor-agent:latest")) },
  { kind: "process", needs: "bubblewrap", usable: await bubblewrapRuns() },
] as const)("a hostile agent, sandbox of kind $kind", { timeout: 300_000 }, ({ kind, needs, usable }) => {
  test.runIf(requirement(needs, usable) === "run")(
    "finds none of the gateway's secrets, and none is left lying",
    async () => {
      if (kind === "docker") {
        await removeGroups(chat);
        onTestFinished(() => removeGroups(chat), 120_000);
      }
      await using system = await System.start({
        environment: {
          PRAKTOR_SANDBOX: kind,
          PRAKTOR_TELEGRAM_ALLOW_FROM: String(chat),
          PRAKTOR_WEB_PASSWORD: webPassword,
          PRAKTOR_LOG_LEVEL: "debug",
        },
      });
      await system.ask("echo here", chat);
      const accountSeed = seedOf(await bytesBelow(system.folder));
      expect(accountSeed).not.toBe("");
      const plain = [canaryKey, system.telegram.token, webPassword, accountSeed];
      const configured = plain.slice(0, -1).flatMap(formsOf);
      const secrets = plain.flatMap(formsOf);

      // Through all memory, each form takes its time.
      const hunted = isLong ? secrets : plain;
      expectNothingFound(await hunt(system, hunted), hunted);

      const outside: Record<string, string> = {
        log: JSON.stringify(system.log),
        chat: JSON.stringify(system.telegram.transcript(chat)),
        history: await page(system, `/api/groups/${chat}/messages`),
        turns: await page(system, `/api/groups/${chat}/turns`),
        status: await page(system, "/api/status"),
        // The account's seed has a file of its own; what a person configured has none.
        ...(kind === "docker"
          ? {
              inspection: await docker("inspect", `praktor-agent-${chat}`),
              output: await docker("logs", `praktor-agent-${chat}`),
            }
          : {}),
      };
      for (const [where, text] of Object.entries(outside)) {
        for (const secret of secrets)
          expect({ where, holdsSecret: text.includes(secret) }).toEqual({ where, holdsSecret: false });
      }
      await system.gateway.end("SIGTERM");
      using database = new DatabaseSync(join(system.folder, "praktor.db"));
      await backup(database, join(system.folder, "backup.db"));
      const left = await bytesBelow(system.folder);
      for (const secret of configured) expect(left.includes(secret)).toBe(false);
    },
  );
});
