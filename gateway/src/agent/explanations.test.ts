import { FailureCode } from "@praktor/protocol/agent-output";
import { expect, test } from "vitest";
import type { TurnErrorCode } from "../store/rows.ts";
import { explain } from "./explanations.ts";

const own: TurnErrorCode[] = ["start_failed", "lost", "timeout", "no_credential", "workspace_full"];

test.each([...FailureCode.options, ...own])("%s says what happened and what to do", (code) => {
  const sentence = explain(code, "the detail");
  expect(sentence).toMatch(/^(⚠️|⏹) [A-Z]/);
  expect(sentence).toMatch(/[.!]$/);
  expect(sentence).toMatch(/\b(send|write|check|wait|set|ask|raise)\b/i);
});

test("a detail is one short sentence, and never a hole", () => {
  expect(explain("agent_error", "")).toContain("It gave no reason.");
  expect(explain("agent_error", "first line\nstack")).toContain("first line. Send");
  expect(explain("model_error", "x".repeat(5000)).length).toBeLessThan(500);
  expect(explain("start_failed", "")).not.toMatch(/ {2}|undefined/);
});
