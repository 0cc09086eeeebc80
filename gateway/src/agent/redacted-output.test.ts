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
  return JSON.stringify(await new RedactedOutput(redactor, held).clean("a", output));
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
