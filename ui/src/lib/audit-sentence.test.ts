import { describe, expect, test } from "vitest";
import { type AuditNames, auditSentence } from "./audit-sentence.ts";

const names: AuditNames = {
  group: (id) => ({ "42": "Family" })[id],
  task: (id) => ({ t1: "Morning news" })[id],
  person: (id) => ({ "7": "Ada" })[id],
  swarm: () => undefined,
};
const page = { type: "page", id: "session 12345678" } as const;
const say = (line: Partial<Parameters<typeof auditSentence>[0]>): string =>
  auditSentence({ actor: page, action: "sign_in", outcome: "ok", group_id: null, target: null, ...line }, names)
    .map(({ text, isName }) => (isName ? `<${text}>` : text))
    .join(" ");

describe("a line of the audit log", () => {
  test("says who did what, with names in place of ids", () => {
    expect(say({ action: "vault.assign", group_id: "42", target: "API_TOKEN" })).toBe(
      "Somebody on the page gave the secret <API_TOKEN> to <Family>",
    );
    expect(say({ actor: { type: "agent", id: "42" }, action: "task.create", group_id: "42", target: "t1" })).toBe(
      "The agent of Family created the task <Morning news> for <Family>",
    );
    expect(say({ actor: { type: "person", id: "telegram:7" }, action: "approval.answer", group_id: "42" })).toBe(
      "Ada answered a question of the agent of <Family>",
    );
    expect(say({ actor: { type: "person", id: "telegram chat 42" }, action: "group.register" })).toBe(
      "Family registered a group",
    );
    const reach = { actor: { type: "agent", id: "42" }, action: "host.reach", target: "example.org" } as const;
    expect(say(reach)).toBe("The agent of Family was allowed to reach the host <example.org>");
    expect(say({ ...reach, outcome: "refused" })).toBe("The agent of Family tried to reach the host <example.org>");
    expect(say({ actor: { type: "cli", id: "cli" }, action: "pairing.offer" })).toBe(
      "The command line made a code that lets somebody in",
    );
  });

  test("tells what was tried from what was done", () => {
    expect(say({ action: "task.delete", outcome: "refused", target: "gone" })).toBe(
      "Somebody on the page tried to delete the task <gone>",
    );
    expect(say({ actor: { type: "page", id: "stranger" }, outcome: "refused" })).toBe(
      "A stranger at the page tried to sign in",
    );
    expect(say({ actor: { type: "page", id: "stranger" } })).toBe("Somebody on the page signed in");
  });

  test("leaves out what it does not know, and names what it has no words for", () => {
    expect(say({ action: "group.register" })).toBe("Somebody on the page registered a group");
    expect(say({ action: "turn.stop", target: "0199-opaque" })).toBe("Somebody on the page stopped an agent's answer");
    expect(say({ action: "api.post", target: "/api/new" })).toBe("Somebody on the page did <api.post> : </api/new>");
    expect(say({ action: "constructor" })).toBe("Somebody on the page did <constructor>");
    expect(say({ actor: { type: "person", id: "telegram:8" }, action: "pairing.enter", target: "8" })).toBe(
      "Telegram user 8 entered a code",
    );
  });
});
