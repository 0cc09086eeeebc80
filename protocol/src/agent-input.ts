/** What the host asks of a sandbox on `agent.{groupID}.input`: a request, whose reply is the runner's acceptance. */
import { z } from "zod";
import { ToolPattern } from "./tool-patterns.ts";
import { GroupId, RowId } from "./ids.ts";

/** A file that belongs to the message. It already lies in the workspace: files never travel inside NATS messages. */
export const InputFile = z.object({
  /** Path relative to `/workspace/group`. */
  path: z.string().min(1).max(1024),
  name: z.string().min(1).max(255),
  mimeType: z.string().max(255).optional(),
});
export type InputFile = z.infer<typeof InputFile>;

export const AgentInput = z.object({
  turnId: RowId,
  conversationId: RowId,
  groupID: GroupId,
  /** 1 for the first try. Every output repeats it, so that a late event of an abandoned try is known as stale. */
  attempt: z.number().int().positive(),
  text: z.string(),
  /** `user:<id>`, `scheduler` or `swarm`. */
  sender: z.string().max(128),
  chat_id: z.string().optional(),
  task_id: RowId.optional(),
  swarm_id: RowId.optional(),
  /** Claude's session to resume; absent starts a fresh one. */
  sessionId: z.string().optional(),
  /** True when an earlier try of this turn was running and was cut: the agent is told. */
  interrupted: z.boolean().optional(),
  model: z.string().optional(),
  maxTurns: z.number().int().positive().optional(),
  /** In US dollars, as Claude Code counts them; the turn fails with `budget` beyond it. */
  maxCostUsd: z.number().positive().optional(),
  /** The group is the main one: its agent gets the tools for all groups, which the host allows no other. */
  isMain: z.boolean().optional(),
  files: z.array(InputFile).max(32).optional(),
  /** Patterns of tools that people are asked about first, see `ToolApprovalRequest`. */
  approvalTools: z.array(ToolPattern).max(50).optional(),
});
export type AgentInput = z.infer<typeof AgentInput>;

/** `accepted` means: the runner holds the turn in memory and will report its end. Anything else may be sent again. */
export const AgentInputReply = z.discriminatedUnion("status", [
  z.object({ status: z.literal("accepted") }),
  /** The same turn and attempt is already here; as good as accepted. */
  z.object({ status: z.literal("duplicate") }),
  /** `busy`: this conversation has a turn, or the runner has `max_conversations` of them. `invalid`: the input does not parse. `stopping`: the sandbox is going down. */
  z.object({ status: z.literal("refused"), code: z.enum(["busy", "invalid", "stopping"]), message: z.string() }),
]);
export type AgentInputReply = z.infer<typeof AgentInputReply>;
