import type { PreToolUseHookInput } from "@anthropic-ai/claude-agent-sdk";
import { expect, test } from "vitest";
import { approvalHook, type ApprovalHookOptions } from "./approval-hook.ts";

const turn = { turnId: "t", conversationId: "c", patterns: ["Bash(curl *)"] };

/** Why the use was refused, null where it was not, and how often the host was asked. */
async function use(
  now: ReturnType<ApprovalHookOptions["turn"]>,
  command: string,
  reply: unknown = null,
): Promise<{ refused: string | null; asked: number }> {
  let asked = 0;
  const hooks = approvalHook({
    turn: () => now,
    meant: () => null,
    refusal: () => Promise.resolve(null),
    ask: () => {
      asked += 1;
      return Promise.resolve(reply);
    },
  });
  const input: PreToolUseHookInput = {
    hook_event_name: "PreToolUse",
    session_id: "s",
    transcript_path: "",
    cwd: "/",
    tool_name: "Bash",
    tool_input: { command },
    tool_use_id: "u",
  };
  const said = await hooks.PreToolUse?.[0]?.hooks[0]?.(input, "u", { signal: AbortSignal.timeout(10_000) });
  const output = said && "hookSpecificOutput" in said ? said.hookSpecificOutput : undefined;
  const refused = output?.hookEventName === "PreToolUse" ? (output.permissionDecisionReason ?? null) : null;
  return { refused, asked };
}

test("what no rule names is used unasked, and what one names as people say", async () => {
  expect(await use(turn, "ls")).toEqual({ refused: null, asked: 0 });
  expect(await use(turn, "curl x", { status: "allowed" })).toEqual({ refused: null, asked: 1 });
  expect(await use(turn, "curl x", { status: "denied", message: "No." })).toEqual({ refused: "No.", asked: 1 });
});

test("without a turn it is not known what people are asked about, so nothing is used", async () => {
  expect(await use(null, "ls")).toEqual({ refused: expect.stringMatching(/nobody can be asked/), asked: 0 });
});
