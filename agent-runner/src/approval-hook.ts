/** Before a tool that its group's rules name is used, people are asked: the hook of Claude Code that waits for their answer. */
import { setTimeout as sleep } from "node:timers/promises";
import type { Options } from "@anthropic-ai/claude-agent-sdk";
import { longestToolInput, ToolApprovalReply, type ToolApprovalRequest } from "@praktor/protocol/approvals";
import { matchesTool } from "@praktor/protocol/tool-patterns";
import type { RecentTurn } from "./recent-turns.ts";

export interface ApprovalHookOptions {
  /** The turn that runs in this session now, or the last that did, and which tools it must ask about; null: nothing is known of it. */
  turn: () => RecentTurn | null;
  /** What the tool is to get in place of its input, null: that. People are asked about what it gets. */
  meant: (tool: string, input: unknown) => Record<string, unknown> | null;
  /** Why the tool may not be used, whatever people say; null: it may. */
  refusal: (tool: string, input: unknown, cwd: string) => Promise<string | null>;
  /** Sends one request to the host; rejects when it cannot be reached. */
  ask: (request: ToolApprovalRequest) => Promise<unknown>;
}

const askEveryMs = 1_000;
/** In seconds. People may take long; how long is the host's to say. */
const hookTimeout = 24 * 3_600;

/** A host that cannot be reached is asked again: neither its restart nor a cut bus is an answer. */
export function approvalHook({ turn, meant, refusal, ask }: ApprovalHookOptions): NonNullable<Options["hooks"]> {
  const decide = async (
    tool: string,
    input: unknown,
    toolUseId: string,
    signal: AbortSignal,
  ): Promise<string | null> => {
    const now = turn();
    if (!now)
      return "No turn of this conversation is known any more, so nobody can be asked whether this tool may be used.";
    if (!matchesTool(now.patterns, tool, input)) return null;
    const { turnId, conversationId } = now;
    const payload = { turnId, conversationId, toolUseId, tool, ...bounded(JSON.stringify(input)) };
    while (!signal.aborted && turn()?.turnId === turnId) {
      const answer = await ask({ type: "approve_tool", payload }).catch(() => null);
      const reply = ToolApprovalReply.safeParse(answer);
      if (reply.success && reply.data.status === "allowed") return null;
      if (reply.success && reply.data.status === "denied") return reply.data.message;
      await sleep(askEveryMs, undefined, { signal }).catch(() => {});
    }
    return "This turn is over.";
  };
  return {
    PreToolUse: [
      {
        timeout: hookTimeout,
        hooks: [
          async (input, toolUseId, { signal }) => {
            if (input.hook_event_name !== "PreToolUse") return {};
            const { tool_name: tool, tool_input: given } = input;
            // In the same hook: those beside it would be told of the input as it was.
            const updatedInput = meant(tool, given);
            const asIs = updatedInput ?? given;
            const reason =
              (await refusal(tool, asIs, input.cwd)) ??
              (await decide(tool, asIs, toolUseId ?? input.tool_use_id, signal));
            if (reason === null)
              return updatedInput === null ? {} : { hookSpecificOutput: { hookEventName: "PreToolUse", updatedInput } };
            return {
              hookSpecificOutput: {
                hookEventName: "PreToolUse",
                permissionDecision: "deny",
                permissionDecisionReason: reason,
              },
            };
          },
        ],
      },
    ],
  };
}

/** What people are shown is its beginning and its end: neither may be lost. */
function bounded(json: string): { input: string; inputLength?: number } {
  if (json.length <= longestToolInput) return { input: json };
  const half = longestToolInput / 2;
  return { input: (json.slice(0, half) + json.slice(-half)).toWellFormed(), inputLength: json.length };
}
