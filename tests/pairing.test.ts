/** From an installation that knows nobody to its owner: the command line, the code in a private chat, the main group. */
import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { PairingOffer, PeopleView } from "@praktor/protocol/pairing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { friend, owner, System } from "./support/system.ts";

const main = join(import.meta.dirname, "..", "gateway", "src", "main.ts");
let system: System;
beforeAll(async () => {
  system = await System.start({ environment: { PRAKTOR_TELEGRAM_ALLOW_FROM: "" } });
});
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
});

async function praktorPair(environment = system.environment()): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [main, "pair"], {
    env: { ...process.env, ...environment },
  });
  return stdout;
}

test("`praktor pair` prints a code, and who sends it is the owner in the main group", async () => {
  expect((await system.ask("echo hello")).text).toMatch(/praktor pair/);
  const printed = await praktorPair();
  expect(printed).toMatch(/^[A-Z2-9]{8}\n[^]*10 minutes, 5 tries[^]*main group/);
  expect((await stat(join(system.folder, "praktor.sock"))).mode & 0o777).toBe(0o600);
  expect((await system.ask(printed.slice(0, 8))).text).toMatch(/main group/);
  expect((await system.ask("echo I am in")).text).toBe("I am in");
  expect(JSON.stringify(await system.getJson("/api/groups"))).toContain('"is_main":true');
});

const channel = { chatId: -1000000000055, chatType: "channel", chatTitle: "His news" } as const;

test("the page lets in a second person and shows both, also after a restart; one who is removed is a stranger, also in his channel", async () => {
  const answer = await fetch(`${system.gateway.web}/api/pairing`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: "{}",
  });
  expect(answer.status).toBe(201);
  const { code, makes_owner: makesOwner } = PairingOffer.parse(await answer.json());
  expect(makesOwner).toBe(false);
  await system.crash();
  expect((await system.ask(code.toLowerCase(), friend)).text).toMatch(/you may write/);
  const { people } = PeopleView.parse(await system.getJson("/api/pairing"));
  expect(people.map(({ id, is_owner: isOwner }) => [id, isOwner])).toEqual([
    [String(owner), true],
    [String(friend), false],
  ]);
  expect((await system.ask("echo and his task", friend)).text).toBe("and his task");
  const json = { "content-type": "application/json" };
  const wish = { group_id: String(friend), name: "News", schedule: "+5h", prompt: "echo news" };
  const task = await fetch(`${system.gateway.web}/api/tasks`, {
    method: "POST",
    headers: json,
    body: JSON.stringify(wish),
  });
  expect(task.status).toBe(201);
  system.telegram.setMembership({ ...channel, userId: friend, status: "administrator" });
  const since = system.telegram.sequence;
  system.telegram.userSays({ ...channel, text: "@praktor_bot echo in the channel" });
  await system.answerMatching(/^in the channel$/, channel.chatId, since);
  const removed = await fetch(`${system.gateway.web}/api/pairing/${friend}`, {
    method: "DELETE",
    headers: { "content-type": "application/json" },
  });
  expect(removed.status).toBe(200);
  expect((await system.ask("echo still here?", friend)).text).toMatch(/only talk to people/);
  const later = system.telegram.sequence;
  system.telegram.userSays({ ...channel, text: "@praktor_bot echo still here too?" });
  await system.answerMatching(/only while the person who has added me/, channel.chatId, later);
  const { channels } = PeopleView.parse(await system.getJson("/api/pairing"));
  expect(channels).toMatchObject([{ title: "His news", added_by: String(friend), is_answered: false }]);
  expect(JSON.stringify(await system.getJson(`/api/tasks?group_id=${friend}`))).toContain('"status":"paused"');
  expect(JSON.stringify(await system.getJson("/api/audit"))).toContain("may not talk to the bot any more");
});

test("without a gateway the command says so", async () => {
  await system.gateway.end("SIGTERM");
  await expect(praktorPair()).rejects.toThrow(/No gateway answers.*praktor gateway/s);
  await expect(praktorPair({ ...system.environment(), PRAKTOR_STORE_PATH: "/nonexistent/p.db" })).rejects.toThrow(
    /There is no Praktor here yet.*praktor gateway/s,
  );
});
