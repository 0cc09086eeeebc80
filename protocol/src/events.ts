/** Real-time events: published on `events.>`, forwarded to browsers as `EventFrame`. */
import { z } from "zod";
import { Address } from "./address.ts";
import { ApprovalView } from "./approvals.ts";
import { Usage } from "./agent-output.ts";
import { GroupId, RowId } from "./ids.ts";
import { Health, MessageView } from "./rest.ts";
import { SwarmBoardEntry, SwarmMessageView, SwarmNodeView, SwarmStatus } from "./swarm.ts";
import { RunState } from "./tasks.ts";

export const TurnState = z.enum(["queued", "running", "succeeded", "failed", "cancelled"]);
export type TurnState = z.infer<typeof TurnState>;

const turn = { groupId: GroupId, conversationId: RowId, turnId: RowId };

export const PraktorEvent = z.discriminatedUnion("type", [
  /** A message was stored: a person's, an answer, or a notice. */
  z.object({ type: z.literal("message"), groupId: GroupId, message: MessageView }),
  z.object({
    type: z.literal("turn"),
    ...turn,
    state: TurnState,
    attempt: z.number().int(),
    error: z.string().nullable(),
  }),
  z.object({
    type: z.literal("text"),
    ...turn,
    attempt: z.number().int(),
    index: z.number().int(),
    content: z.string(),
  }),
  z.object({
    type: z.literal("thinking"),
    ...turn,
    attempt: z.number().int(),
    index: z.number().int(),
    content: z.string(),
  }),
  /** What was streamed so far in this turn is void. */
  z.object({ type: z.literal("restart"), ...turn, reason: z.string() }),
  z.object({
    type: z.literal("tool"),
    ...turn,
    phase: z.enum(["started", "finished"]),
    toolUseId: z.string(),
    name: z.string(),
    input: z.string().optional(),
    output: z.string().optional(),
    isError: z.boolean().optional(),
    durationMs: z.number().optional(),
  }),
  z.object({ type: z.literal("usage"), ...turn, usage: Usage }),
  /** Delivery of an answer's parts to its address changed. */
  z.object({
    type: z.literal("delivery"),
    groupId: GroupId,
    messageId: z.number().int(),
    address: Address,
    state: z.enum(["pending", "sent", "failed", "uncertain"]),
    error: z.string().nullable(),
  }),
  z.object({
    type: z.literal("sandbox"),
    groupId: GroupId,
    status: z.enum(["starting", "running", "stopping", "stopped", "failed"]),
    error: z.string().nullable(),
  }),
  z.object({ type: z.literal("group"), groupId: GroupId, change: z.enum(["created", "updated", "deleted"]) }),
  z.object({
    type: z.literal("task"),
    groupId: GroupId,
    taskId: RowId,
    change: z.enum(["created", "updated", "deleted"]),
  }),
  /** A run of a task came to be, or its state changed; with it the task's last result and next run. */
  z.object({
    type: z.literal("task_run"),
    groupId: GroupId,
    taskId: RowId,
    runId: RowId,
    scheduled_for: z.iso.datetime(),
    state: RunState,
  }),
  /** People are asked something, or it is settled. */
  z.object({ type: z.literal("approval"), groupId: GroupId, approval: ApprovalView }),
  /** A run of a swarm came to be, ended or was deleted. */
  z.object({
    type: z.literal("swarm"),
    swarmId: RowId,
    groupId: GroupId,
    change: z.enum(["created", "updated", "deleted"]),
    status: SwarmStatus,
    error: z.string().nullable(),
  }),
  z.object({ type: z.literal("swarm_node"), swarmId: RowId, node: SwarmNodeView }),
  z.object({ type: z.literal("swarm_message"), swarmId: RowId, message: SwarmMessageView }),
  z.object({ type: z.literal("swarm_board"), swarmId: RowId, entry: SwarmBoardEntry }),
  z.object({ type: z.literal("health"), component: z.string(), ...Health.omit({ name: true }).shape }),
]);
export type PraktorEvent = z.infer<typeof PraktorEvent>;

/** What travels on NATS: the moment and the event. */
export const EventMessage = z.object({ at: z.iso.datetime(), event: PraktorEvent });
export type EventMessage = z.infer<typeof EventMessage>;

/**
 * One frame of the WebSocket. `seq` counts the frames of this gateway's life, so a gap is seen; `epoch` tells lives apart.
 * A client reconnects with `?epoch=…&since=<seq>` and gets what it missed, or `resync` when that is gone: then it fetches anew.
 */
export const EventFrame = z.union([
  z.object({
    seq: z.number().int().nonnegative(),
    epoch: z.number().int(),
    topic: z.string(),
    type: z.string(),
    at: z.string(),
    data: PraktorEvent,
  }),
  z.object({ seq: z.number().int().nonnegative(), epoch: z.number().int(), type: z.enum(["hello", "resync"]) }),
]);
export type EventFrame = z.infer<typeof EventFrame>;
