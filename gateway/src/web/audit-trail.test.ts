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
    { action: "task.delete", outcome: "ok", target: id },
    { action: "task.delete", outcome: "refused", target: id, detail: "not_found" },
    { action: "file.upload", groupId: "-7", target: "notes/a.txt" },
    { action: "file.download", outcome: "ok", groupId: "-7", target: "notes/a.txt" },
    { action: "api.post", outcome: "refused", target: "/api/something/new" },
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
