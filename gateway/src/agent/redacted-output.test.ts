import { AgentOutput } from "@praktor/protocol/agent-output";
import { expect, test } from "vitest";
import { HeldSecrets } from "../vault/held-secrets.ts";
import { Redactor } from "../vault/redactor.ts";
import { RedactedOutput } from "./redacted-output.ts";

const redactor = new Redactor();
redactor.know("secret OWN", ["own-value-1234"]);
redactor.know("secret DOOR_PIN", ["483920"]);
const held = new HeldSecrets({ redactor, sourcesOf: async (id) => (id === "a" ? ["secret OWN"] : []) });
const words = "own-value-1234 and 483920";
const fact = { turnId: "t", conversationId: "c", attempt: 1, seq: 1 };

async function cleaned(output: object): Promise<string> {
  return JSON.stringify(await new RedactedOutput(redactor, held).clean("a", AgentOutput.parse(output)));
}

test("live text and steps, which only people see, are without any secret", async () => {
  const tool = { ...fact, type: "tool", phase: "finished", toolUseId: "u", name: "Bash", output: words };
  expect(await cleaned(tool)).toContain('"[redacted] and [redacted]"');
  const text = { type: "text", turnId: "t", conversationId: "c", attempt: 1, index: 0, content: `${words}.` };
  expect(await cleaned(text)).toContain('"[redacted] and [redacted].');
});

test("what another sandbox may read is without what this one holds, and does not tell what others hold", async () => {
  const failed = { ...fact, type: "failed", code: "model_error", content: words };
  expect(await cleaned(failed)).toContain('"[redacted] and 483920"');
});

test("what a group is given counts from the next word on", async () => {
  const given = ["secret OWN"];
  const growing = new HeldSecrets({ redactor, sourcesOf: async () => [...given] });
  expect((await growing.of("a")).redact(words)).toBe("[redacted] and 483920");
  given.push("secret DOOR_PIN");
  expect((await growing.of("a")).redact(words)).toBe("[redacted] and [redacted]");
  redactor.know("secret OWN", ["own-value-5678", "own-value-1234"]);
  expect((await growing.of("a")).redact("own-value-5678")).toBe("[redacted]");
  redactor.know("secret OWN", ["own-value-1234"]);
});

test("half a secret where a text was cut is left out, of a step any, of an answer the group's own", async () => {
  redactor.know("secret TOKEN", ["ghp_0123456789abcdefABCDEF0123456789wxyz"]);
  const text = `${"x".repeat(3_964)}ghp_0123456789abcdefABCDEF0123456789…`;
  const tool = { ...fact, type: "tool", phase: "finished", toolUseId: "u", name: "Bash", output: text };
  expect(text).toHaveLength(4_001);
  expect(await cleaned({ ...tool, output: text.slice(1) })).toContain('xxx…"');
  // Nothing says that this one was cut: what it ends with is all there is.
  expect(await cleaned({ ...tool, output: "x ghp_012…" })).toContain('"x ghp_012…"');
  const usage = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: 0 };
  const result = { ...fact, type: "result", sessionId: "s", usage, durationMs: 1 };
  const cut = "\n\n[cut: the answer is longer than one message of the bus can be]";
  expect(await cleaned({ ...result, content: `the value own-value-1${cut}` })).toContain('"the value \\n\\n[cut');
  expect(await cleaned({ ...result, content: `the value ghp_0123${cut}` })).toContain("the value ghp_0123");
});
