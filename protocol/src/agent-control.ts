/** `agent.{groupID}.control` (host → sandbox, request/reply) and `agent.{groupID}.ready` (sandbox → host, request/reply). */
import { z } from "zod";
import { RowId } from "./ids.ts";
import { WorkspaceEntry } from "./workspace.ts";

export const AgentControl = z.discriminatedUnion("command", [
  z.object({ command: z.literal("ping") }),
  /** Which turns does the runner hold? Asked when a gateway takes over a running sandbox. */
  z.object({ command: z.literal("status") }),
  /** Ends the process within five seconds; running turns are cut and not reported, so that the host resumes them. */
  z.object({ command: z.literal("shutdown") }),
  /** Cuts one turn; it ends with `failed`, code `interrupted`. */
  z.object({ command: z.literal("interrupt"), turnId: RowId }),
  /** Closes the conversation's live session, so that the next turn starts fresh or resumes what the host says. */
  z.object({ command: z.literal("end_session"), conversationId: RowId }),
  z.object({
    command: z.literal("workspace_list"),
    path: z.string(),
    limit: z.number().int().positive().max(2000).optional(),
  }),
  /** Runs `/bin/sh -c` as the agent's user in the workspace, with the agent's environment; killed with all its children at its deadline. */
  z.object({
    command: z.literal("run_command"),
    shell: z.string().min(1).max(4_000),
    timeoutMs: z.number().int().positive().max(300_000),
    maxOutputChars: z.number().int().positive().max(100_000),
  }),
  z.object({ command: z.literal("workspace_stat"), path: z.string() }),
  /** The runner PUTs the file's bytes to the endpoint's `/v1/files/{transferId}`. */
  z.object({ command: z.literal("workspace_read"), path: z.string(), transferId: RowId }),
  /** The runner GETs `/v1/files/{transferId}` and writes it (through a temporary file, then renamed). */
  z.object({ command: z.literal("workspace_write"), path: z.string(), transferId: RowId }),
]);
export type AgentControl = z.infer<typeof AgentControl>;

export const RunnerStatus = z.object({
  /** Which sandbox speaks: an older one of the group may still be going down. */
  sandboxId: RowId.optional(),
  turns: z.array(z.object({ turnId: RowId, conversationId: RowId, attempt: z.number().int().positive() })),
  version: z.string(),
});
export type RunnerStatus = z.infer<typeof RunnerStatus>;

export const CommandOutcome = z.object({
  /** Null when a signal ended it. */
  exitCode: z.number().int().nullable(),
  timedOut: z.boolean(),
  /** The beginning of what it wrote to each. */
  output: z.string(),
  errorOutput: z.string(),
});
export type CommandOutcome = z.infer<typeof CommandOutcome>;

export const AgentControlReply = z.discriminatedUnion("status", [
  z.object({
    status: z.literal("ok"),
    runner: RunnerStatus.optional(),
    entries: z.array(WorkspaceEntry).optional(),
    /** True when a listing was cut at its limit. */
    truncated: z.boolean().optional(),
    entry: WorkspaceEntry.optional(),
    outcome: CommandOutcome.optional(),
  }),
  z.object({
    status: z.literal("error"),
    code: z.enum([
      "not_found",
      "not_a_file",
      "not_a_directory",
      "outside_workspace",
      "too_large",
      "denied",
      "invalid",
      "failed",
    ]),
    message: z.string(),
  }),
]);
export type AgentControlReply = z.infer<typeof AgentControlReply>;

/** Sent at start and after every reconnect, repeated until the host replies. */
export const AgentReady = z.object({ status: z.literal("ready"), runner: RunnerStatus });
export type AgentReady = z.infer<typeof AgentReady>;
export const AgentReadyReply = z.object({ status: z.literal("ok") });
