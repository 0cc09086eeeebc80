/** Swarms as every border shows them: what is asked for, how a run stands, what its members say, and templates of teams. */
import { z } from "zod";
import { GroupId, RowId } from "./ids.ts";

const time = z.iso.datetime();

/** What people call a member. It is made into a role (`Fact checker` → `fact-checker`) that names it everywhere. */
const roleText = z.string().trim().min(1, "must not be empty").max(64);
export const SwarmRole = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,31}$/);

export const SwarmAgent = z.object({
  role: roleText,
  /** What this member is to be and do; the task itself is given to all. */
  prompt: z.string().trim().max(50_000).default(""),
  /** A group's folder: its files are there to read. Absent: a fresh workspace. */
  group_folder: z.string().min(1).max(64).nullish(),
  model: z.string().min(1).max(200).nullish(),
});
export type SwarmAgent = z.infer<typeof SwarmAgent>;

/** `directed`: `to` starts with the result of `from`. `mutual`: the two start together and talk while they work. */
export const SwarmEdge = z.object({
  from: roleText,
  to: roleText,
  kind: z.enum(["directed", "mutual"]).default("directed"),
});
export type SwarmEdge = z.infer<typeof SwarmEdge>;

export const mostNodeMs = 86_400_000;
export const mostRunMs = 7 * 86_400_000;
/** What a run may use up; left out: the default of the settings. */
export const SwarmLimits = z.object({
  node_ms: z.number().int().min(1_000).max(mostNodeMs),
  run_ms: z.number().int().min(1_000).max(mostRunMs),
  /** Tokens of all members together, cache included; null: no limit. */
  tokens: z.number().int().positive().nullable(),
  cost_usd: z.number().positive().nullable(),
});
export type SwarmLimits = z.infer<typeof SwarmLimits>;

/** More agents are refused by the planner, with a sentence. */
const agentsField = z.array(SwarmAgent).min(1).max(100);
const teamFields = {
  /** Runs when all others are done and writes the answer. Absent: the last of a pipeline, else one that Praktor adds. */
  lead: roleText.optional(),
  edges: z.array(SwarmEdge).max(1_000).optional(),
};

export const SwarmTask = z.string().trim().min(1, "must not be empty").max(100_000);

export const SwarmCreate = z
  .object({
    task: SwarmTask,
    name: z.string().trim().min(1).max(200).optional(),
    agents: agentsField.optional(),
    ...teamFields,
    /** A template's team, in place of `agents`. */
    template: z.string().min(1).max(64).optional(),
    /** Whose run it is: its usage counts there. The answer is the run's own; a chat hears it when a chat began the run. Absent: the main group. */
    group_id: GroupId.optional(),
    limits: SwarmLimits.partial().optional(),
  })
  .refine((create) => (create.agents === undefined) !== (create.template === undefined), {
    path: ["agents"],
    message: "needs either agents or a template",
  });
export type SwarmCreate = z.infer<typeof SwarmCreate>;

export const SwarmStatus = z.enum(["running", "succeeded", "failed", "cancelled"]);
export type SwarmStatus = z.infer<typeof SwarmStatus>;

/** `waiting`: for others' results. `queued`: for a place. `idle`: its own work is done, its partners still talk. */
export const SwarmNodeState = z.enum(["waiting", "queued", "running", "idle", "succeeded", "failed", "cancelled"]);
export type SwarmNodeState = z.infer<typeof SwarmNodeState>;

export const SwarmNodeView = z.object({
  role: SwarmRole,
  /** Also its group's id: `/api/groups/{member_id}/messages` is its transcript, `events.agent.{member_id}` its live view. */
  member_id: GroupId,
  prompt: z.string(),
  group_folder: z.string().nullable(),
  model: z.string().nullable(),
  is_lead: z.boolean(),
  state: SwarmNodeState,
  /** Its answer; while it talks, the latest. */
  result: z.string().nullable(),
  error: z.string().nullable(),
  conversation_id: RowId.nullable(),
  /** The newest of its turns. */
  turn_id: RowId.nullable(),
  /** How often it has worked: once, and again for each time that messages woke it. */
  turns: z.number().int(),
  tokens: z.number().int(),
  cost_usd: z.number(),
  started_at: time.nullable(),
  finished_at: time.nullable(),
});
export type SwarmNodeView = z.infer<typeof SwarmNodeView>;

export const SwarmRunView = z.object({
  id: RowId,
  group_id: GroupId,
  name: z.string(),
  task: z.string(),
  status: SwarmStatus,
  /** Why it failed or was cancelled. */
  error: z.string().nullable(),
  lead: SwarmRole,
  agents: z.array(SwarmAgent),
  edges: z.array(SwarmEdge),
  nodes: z.array(SwarmNodeView),
  /** By role, of the members that are done. */
  results: z.record(z.string(), z.string()),
  /** The lead's; null until then. */
  answer: z.string().nullable(),
  limits: SwarmLimits,
  tokens: z.number().int(),
  cost_usd: z.number(),
  started_at: time,
  completed_at: time.nullable(),
});
export type SwarmRunView = z.infer<typeof SwarmRunView>;

export const SwarmMessageView = z.object({
  id: z.number().int(),
  swarm_id: RowId,
  from: SwarmRole,
  /** Null: to all. */
  to: SwarmRole.nullable(),
  text: z.string(),
  time,
  /** `waiting`: the receiver has not started. `missed`: it was done before. */
  deliveries: z.array(z.object({ to: SwarmRole, state: z.enum(["waiting", "delivered", "missed"]) })),
});
export type SwarmMessageView = z.infer<typeof SwarmMessageView>;

export const SwarmBoardEntry = z.object({ key: z.string(), value: z.string(), author: SwarmRole, time });
export type SwarmBoardEntry = z.infer<typeof SwarmBoardEntry>;

/** Also the shape of a template's YAML file. */
export const SwarmTeam = z.object({
  title: z.string().trim().min(1).max(200),
  description: z.string().trim().max(2_000).default(""),
  agents: agentsField,
  ...teamFields,
});
export type SwarmTeam = z.infer<typeof SwarmTeam>;

export const SwarmTemplateName = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,47}$/, "must be 1 to 48 small letters, digits, '_' or '-'");
export const SwarmTemplateView = SwarmTeam.extend({
  name: SwarmTemplateName,
  /** Came with Praktor; saving one of the same name hides it. */
  shipped: z.boolean(),
});
export type SwarmTemplateView = z.infer<typeof SwarmTemplateView>;

/** Others read it on the line that names who wrote the entry. */
const boardKey = z
  .string()
  .trim()
  .min(1)
  .max(100)
  .regex(/^[^\p{Cc}\p{Zl}\p{Zp}]*$/u, "must be on one line, without control characters");

/** What a member asks on `swarm.{swarmID}.{memberID}`. `key` makes a repeat the same message. */
export const SwarmMemberRequest = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("send"),
    payload: z.object({ key: RowId, to: z.string().min(1).max(64), text: z.string().trim().min(1).max(50_000) }),
  }),
  z.object({
    type: z.literal("broadcast"),
    payload: z.object({ key: RowId, text: z.string().trim().min(1).max(50_000) }),
  }),
  z.object({ type: z.literal("members"), payload: z.object({}) }),
  z.object({ type: z.literal("board_read"), payload: z.object({}) }),
  z.object({
    type: z.literal("board_write"),
    /** An empty value removes the entry. */
    payload: z.object({ key: boardKey, value: z.string().max(8_000) }),
  }),
]);
export type SwarmMemberRequest = z.infer<typeof SwarmMemberRequest>;

/** `text` is for the member to read. */
export const SwarmMemberReply = z.union([
  z.object({ ok: z.literal(true), text: z.string() }),
  z.object({ error: z.string() }),
]);
export type SwarmMemberReply = z.infer<typeof SwarmMemberReply>;
