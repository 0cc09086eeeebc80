/**
 * What a sandbox reports on `agent.{groupID}.output`.
 *
 * `text` and `thinking` are published and may be lost: they only feed the live view. Everything else is a fact: sent as a
 * request, repeated until it is acknowledged, numbered by `seq` (1, 2, 3 … in a turn's attempt), stored once.
 */
import { z } from "zod";
import { RowId } from "./ids.ts";

const turnFields = {
  turnId: RowId,
  conversationId: RowId,
  attempt: z.number().int().positive(),
};
/** A turn that reports more than this is out of bounds: its rows would fill the disk. */
const maxFacts = 20_000;
const factFields = { ...turnFields, seq: z.number().int().positive().max(maxFacts) };
/** Of what a tool is used with and gives back, and of a failure's detail, in UTF-16 units. Where it was cut its last character is an ellipsis. */
export const longestDetail = 4_000;
/** Of a fact as JSON. A person reads no longer answer, and every letter of it is looked at before it is stored. */
export const longestFactBytes = 256 * 1024;
/** Stands at the end of words that did not fit into one message of the bus. */
export const cutMark = "\n\n[cut: the answer is longer than one message of the bus can be]";
const shortText = z.string().max(512);
/** A runner of an older image cuts later: its answer must not be lost for that. */
const words = z
  .string()
  .overwrite((text) =>
    text.length <= longestFactBytes ? text : text.slice(0, longestFactBytes - cutMark.length).toWellFormed() + cutMark,
  );

/** Tokens and cost of one turn, in all its model calls. */
export const Usage = z.object({
  inputTokens: z.number().int().nonnegative(),
  outputTokens: z.number().int().nonnegative(),
  cacheReadTokens: z.number().int().nonnegative(),
  cacheWriteTokens: z.number().int().nonnegative(),
  /** Claude Code's own estimate, in US dollars. */
  costUsd: z.number().nonnegative(),
});
export type Usage = z.infer<typeof Usage>;

/** `content` is the next piece of the answer's text; pieces of one turn follow each other by `index` (0, 1, 2 …). */
export const TextOutput = z.object({
  type: z.literal("text"),
  ...turnFields,
  index: z.number().int().nonnegative(),
  content: words,
});
export const ThinkingOutput = z.object({
  type: z.literal("thinking"),
  ...turnFields,
  index: z.number().int().nonnegative(),
  content: words,
});
export type LiveOutput = z.infer<typeof TextOutput> | z.infer<typeof ThinkingOutput>;

/** The session runs: its id is known from now on, so that a cut turn can be resumed. */
export const StartedOutput = z.object({
  type: z.literal("started"),
  ...factFields,
  sessionId: shortText,
  model: shortText,
});

export const ToolOutput = z.object({
  type: z.literal("tool"),
  ...factFields,
  phase: z.enum(["started", "finished"]),
  toolUseId: shortText,
  name: shortText,
  /** The tool's input as JSON text, cut to 4,000 characters; with `started`. */
  input: z.string().max(4100).optional(),
  /** The tool's output as text, cut to 4,000 characters; with `finished`. */
  output: z.string().max(4100).optional(),
  isError: z.boolean().optional(),
  durationMs: z.number().nonnegative().optional(),
});

/** The model call was cut and is made again: text published since the last fact is void. */
export const RestartOutput = z.object({ type: z.literal("restart"), ...factFields, reason: z.string().max(4_000) });

/**
 * Something the person should know besides the answer: `session_lost` when the stored session was gone and a fresh one began. The
 * words are the gateway's: a sandbox's would be read as Praktor's own.
 */
export const NoticeOutput = z.object({
  type: z.literal("notice"),
  ...factFields,
  code: z.enum(["session_lost"]),
});

export const ResultOutput = z.object({
  type: z.literal("result"),
  ...factFields,
  /** The whole answer, Markdown. May be empty when the agent had nothing to say. */
  content: words,
  sessionId: shortText,
  usage: Usage,
  durationMs: z.number().nonnegative(),
});

/** Why a turn failed, as the sandbox saw it. The gateway turns the code into a sentence for the person. */
export const FailureCode = z.enum([
  "model_auth",
  "model_rate_limit",
  "model_overloaded",
  "model_error",
  "model_unreachable",
  "max_turns",
  "budget",
  "interrupted",
  "agent_error",
]);
export type FailureCode = z.infer<typeof FailureCode>;

export const FailedOutput = z.object({
  type: z.literal("failed"),
  ...factFields,
  code: FailureCode,
  /** Detail for the log and the page. */
  content: z.string().max(longestDetail + 100),
  /** What was said before the failure, if anything. */
  partialText: words.optional(),
  sessionId: shortText.optional(),
  usage: Usage.optional(),
});

export const FactOutput = z.discriminatedUnion("type", [
  StartedOutput,
  ToolOutput,
  RestartOutput,
  NoticeOutput,
  ResultOutput,
  FailedOutput,
]);
export type FactOutput = z.infer<typeof FactOutput>;

export const AgentOutput = z.discriminatedUnion("type", [TextOutput, ThinkingOutput, ...FactOutput.options]);
export type AgentOutput = z.infer<typeof AgentOutput>;

/**
 * The reply to a fact. `committed`: it is stored (now or earlier). `stale`: this attempt is no longer wanted, stop it.
 * `refused`: it can never be stored (bad shape, a turn of another group): drop it. No reply, or an `error`: send it again.
 */
export const FactReply = z.discriminatedUnion("status", [
  z.object({ status: z.literal("committed") }),
  z.object({ status: z.literal("stale") }),
  z.object({ status: z.literal("refused"), message: z.string() }),
  z.object({ status: z.literal("error"), message: z.string() }),
]);
export type FactReply = z.infer<typeof FactReply>;
