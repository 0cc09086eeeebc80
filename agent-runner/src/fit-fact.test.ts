import type { FactOutput } from "@praktor/protocol/agent-output";
import { assert, integer, property, string } from "fast-check";
import { expect, it } from "vitest";
import { fitFact } from "./fit-fact.ts";

const failed = (content: string, partialText: string): FactOutput => ({
  type: "failed",
  turnId: "t",
  conversationId: "c",
  attempt: 1,
  seq: 1,
  code: "agent_error",
  content,
  partialText,
});

const anyText = string({ unit: "binary", maxLength: 3_000 });

it("fits every fact, cuts only what is too long and never inside a character", () => {
  assert(
    property(anyText, anyText, integer({ min: 600, max: 20_000 }), (content, partialText, maxBytes) => {
      const fact = failed(content, partialText);
      const fitting = fitFact(fact, maxBytes);
      const json = JSON.stringify(fitting);
      expect(Buffer.byteLength(json)).toBeLessThanOrEqual(maxBytes);
      const fitsAlready = Buffer.byteLength(JSON.stringify(fact)) <= maxBytes;
      expect(fitting === fact).toBe(fitsAlready);
      const kept = "content" in fitting ? fitting.content.split("\n\n[cut:")[0] : undefined;
      expect(content.startsWith(kept ?? "?")).toBe(true);
      expect(json).not.toMatch(/\\ud[89ab][0-9a-f]{2}(?!\\ud[c-f])/i);
    }),
  );
});

it("marks an answer that was cut", () => {
  const fact: FactOutput = failed("x".repeat(5_000), "");
  const fitting = fitFact(fact, 1_000);
  expect(fitting).toMatchObject({ content: expect.stringMatching(/^x+\n\n\[cut: /) as string });
});
