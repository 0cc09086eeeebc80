/** Commands in the chat, over the whole way. */
import { AuditPage } from "@praktor/protocol/audit";
import { afterAll, beforeAll, expect, test } from "vitest";
import { friend, owner, System } from "./support/system.ts";

let system: System;
beforeAll(async () => {
  system = await System.start({ environment: { PRAKTOR_MAIN_CHAT_ID: String(owner) } });
});
afterAll(async () => {
  await system?.[Symbol.asyncDispose]();
});

test("/stop says what was cut, and the chat goes on", async () => {
  const since = system.telegram.sequence;
  system.say("slow 20000: count to a million");
  // A turn that takes longer shows what it does.
  await system.telegram.waitForMessage((message) => message.text.startsWith("⏳"), { since, timeoutMs: 30_000 });
  system.say("/stop");
  const said = await system.answerMatching(/I stop what I was doing/, owner, since);
  expect(said.text).toMatch(/for \d+ s: “slow 20000: count to a million”/);
  await system.answerMatching(/Stopped\. What was done so far is kept/, owner, since);
  expect((await system.ask("echo and on")).text).toBe("and on");
});

test("/usage, /model, /groups and /agents tell what is so", async () => {
  expect((await system.ask("/usage")).text).toMatch(/All groups[^]*Today: \$0\.\d\d, [1-9][\d,]* tokens[^]*By model/);
  expect((await system.ask("/model claude-test-1")).text).toContain("From the next message on Ada uses claude-test-1");
  await system.ask("echo with another model");
  expect(JSON.stringify(system.model.requests.at(-1)?.body)).toContain("claude-test-1");
  expect((await system.ask("/model default")).text).toContain("default");
  await system.ask("echo hello", friend);
  expect((await system.ask("/groups")).text).toMatch(/Ada \(main\): 42[^]*Grace: 43/);
  expect((await system.ask("/agents")).text).toMatch(/Ada: running/);
  expect((await system.ask("/groups", friend)).text).toMatch(/for the main group's chat/);
  const kept = AuditPage.parse(await system.getJson("/api/audit?action=group.change"));
  const line = { actor: { type: "person", id: `telegram:${owner}` }, outcome: "ok", group_id: String(owner) };
  expect(kept.entries).toMatchObject([
    { ...line, detail: "model default" },
    { ...line, detail: "model claude-test-1" },
  ]);
});
