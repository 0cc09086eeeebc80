/** What the page's API leaves in the audit log. */
import { afterEach, expect, test } from "vitest";
import { AuditPage } from "@praktor/protocol/audit";
import type { AuditEntry } from "../kit/audit.ts";
import { Harness } from "./testing/harness.ts";

const password = "a long password";
let harness: Harness;
afterEach(() => harness[Symbol.asyncDispose]());

async function start(withPassword: boolean): Promise<AuditEntry[]> {
  const entries: AuditEntry[] = [];
  harness = await Harness.start({
    audit: { record: (entry) => entries.push(entry) },
    ...(withPassword ? { password } : {}),
  });
  return entries;
}

test("a change is kept with who made it, to what, and how it went; reading and talking are not", async () => {
  const entries = await start(false);
  const json = { "content-type": "application/json" };
  await harness.send({ method: "POST", path: "/api/groups", body: { id: "-7", name: "Seven", folder: "seven" } });
  await harness.send({ path: "/api/groups" });
  await harness.send({ method: "POST", path: "/api/groups/-7/messages", body: { text: "hello" } });
  const task = { group_id: "-7", name: "T", schedule: "+1h", prompt: "p" };
  const made = await harness.send({ method: "POST", path: "/api/tasks", body: task });
  const { id } = made.json as { id: string };
  await harness.send({ method: "DELETE", path: `/api/tasks/${id}`, headers: json });
  await harness.send({ method: "DELETE", path: `/api/tasks/${id}`, headers: json });
  await harness.send({ method: "PUT", path: "/api/groups/-7/files/content?path=notes/a.txt", body: "x" });
  await harness.send({ path: "/api/groups/-7/files/content?path=notes/a.txt" });
  await harness.send({ method: "POST", path: "/api/something/new", body: {} });
  expect(entries).toMatchObject([
    { actor: { type: "page", id: "open" }, action: "group.register", outcome: "ok", target: "-7" },
    { action: "task.create", outcome: "ok", groupId: "-7", target: id },
    { action: "task.delete", outcome: "ok", groupId: "-7", target: id, detail: "T" },
    { action: "task.delete", outcome: "refused", target: id, detail: `There is no task "${id}".` },
    { action: "file.upload", groupId: "-7", target: "notes/a.txt" },
    { action: "file.download", outcome: "ok", groupId: "-7", target: "notes/a.txt" },
    { action: "api.post", outcome: "refused", target: "/api/something/new" },
  ]);
});

test("what is refused is kept with what was asked, for which group, and why, in words", async () => {
  const entries = await start(false);
  await harness.send({ method: "POST", path: "/api/groups", body: { id: "-7", name: "Seven", folder: "seven" } });
  const create = (body: object) => harness.send({ method: "POST", path: "/api/tasks", body });
  await create({ group_id: "-7", name: "News", schedule: "whenever", prompt: 7 });
  await create({ group_id: "no group/at all", name: ["x"] });
  await harness.send({
    method: "PUT",
    path: "/api/tasks/t9",
    body: "{",
    headers: { "content-type": "application/json" },
  });
  await harness.send({ method: "PATCH", path: `/api/groups/${encodeURIComponent("a b/c")}`, body: { name: "x" } });
  await harness.send({ method: "POST", path: "/api/groups", body: { id: "-7", name: "Again", folder: "again" } });
  const refused = { outcome: "refused" } as const;
  expect(entries.slice(1)).toMatchObject([
    {
      ...refused,
      action: "task.create",
      groupId: "-7",
      target: "News",
      detail: expect.stringMatching(/not valid: .*prompt/),
    },
    { ...refused, action: "task.create", groupId: null, target: null, detail: expect.stringMatching(/group_id/) },
    { ...refused, action: "task.change", target: "t9", detail: expect.stringMatching(/^The body is not valid JSON/) },
    { ...refused, action: "group.change", groupId: null, detail: expect.stringMatching(/not valid|no group/) },
    { ...refused, action: "group.register", target: "-7", detail: 'There is already a group "-7".' },
  ]);
});

test("sign-ins are kept, failed ones too, without the password; a flood leaves one line", async () => {
  const entries = await start(true);
  const signIn = (tried: string) => harness.send({ method: "POST", path: "/api/session", body: { password: tried } });
  await signIn("wrong-password-1");
  await signIn(password);
  expect(entries).toMatchObject([
    { action: "sign_in", outcome: "refused", actor: { id: "stranger" }, detail: expect.stringContaining("127.0.0.1") },
    { action: "sign_in", outcome: "ok" },
  ]);
  await harness.send({ method: "POST", path: "/api/groups", body: { id: "1", name: "x", folder: "x" } });
  expect(entries).toHaveLength(2);
  for (let tries = 0; tries < 40; tries += 1) await signIn("wrong-password-2");
  expect(entries.filter(({ action }) => action === "sign_in.flood")).toHaveLength(1);
  expect(entries.length).toBeLessThan(15);
  expect(JSON.stringify(entries)).not.toContain("wrong-password");
});

test("the log is read in pages by whoever is signed in", async () => {
  await start(true);
  for (let count = 0; count < 3; count += 1) {
    await harness.store.audit.add({
      actor: { type: "cli", id: "cli" },
      action: "vault.set",
      outcome: "ok",
      target: `S${count}`,
    });
  }
  expect((await harness.send({ path: "/api/audit" })).status).toBe(401);
  const headers = { authorization: `Basic ${Buffer.from(`me:${password}`).toString("base64")}` };
  const page = async (query: string) =>
    AuditPage.parse((await harness.send({ path: `/api/audit?${query}`, headers })).json);
  const first = await page("limit=2&action=vault");
  expect(first.entries.map(({ target }) => target)).toEqual(["S2", "S1"]);
  const second = await page(`limit=2&before=${first.next}`);
  expect(second).toMatchObject({ entries: [{ target: "S0" }], next: null });
  expect((await page("actor=agent")).entries).toEqual([]);
});

test("a reason is without known secrets before it is cut", async () => {
  const entries: AuditEntry[] = [];
  const secret = "sk-live-0123456789";
  harness = await Harness.start({
    audit: { record: (entry) => entries.push(entry) },
    redactor: { redact: (text) => text.replaceAll(secret, "[redacted]"), redactDeep: (value) => value },
  });
  await harness.send({ method: "POST", path: "/api/groups", body: { id: "-7", name: "Seven", folder: "seven" } });
  // Wherever the cut is, one of them stands there.
  const path = Array.from({ length: 50 }, () => secret).join("-");
  await harness.send({ path: `/api/groups/-7/files/content?path=${path}` });
  expect(entries[1]?.detail).toMatch(/\[redacted\].*…$/);
  expect(entries[1]?.detail).not.toContain("sk-");
});

test("of a body that is no JSON nothing is quoted, to whoever sent it or in the log", async () => {
  const entries = await start(false);
  const headers = { "content-type": "application/json" };
  const body = '{"value": sk-live-0123456789}';
  const answer = await harness.send({ method: "POST", path: "/api/tasks", headers, body });
  expect(answer.json).toMatchObject({ error: { message: "The body is not valid JSON: look at position 10." } });
  expect(JSON.stringify([answer.json, entries])).not.toMatch(/sk-|live/);
});
