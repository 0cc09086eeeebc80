/** Shapes of the REST API. Times are RFC 3339 UTC strings. Errors are `ErrorBody` with the right status. */
import { z } from "zod";
import { MessageApproval } from "./approvals.ts";
import { ToolPattern } from "./tool-patterns.ts";
import { GroupId, RowId } from "./ids.ts";
import { AllowedHosts, NetworkPolicy } from "./network.ts";
import { WorkspaceEntry, WorkspacePath } from "./workspace.ts";

const time = z.iso.datetime();

export const ErrorBody = z.object({
  error: z.object({
    code: z.string(),
    message: z.string(),
    /** Of a refused request: what is wrong with which field (`agents.0.role`); the message says the same. */
    faults: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  }),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

/** What a group's files and transcripts take of the disk, as its sandbox said when it was last asked. */
export const FilesUsed = z.object({
  used_bytes: z.number().int().nonnegative(),
  /** `sandbox.workspace_max_bytes`. */
  limit_bytes: z.number().int().positive(),
  measured: time,
});
export type FilesUsed = z.infer<typeof FilesUsed>;

export const GroupView = z.object({
  id: GroupId,
  name: z.string(),
  folder: z.string(),
  type: z.enum(["main", "standard"]),
  is_main: z.boolean(),
  model: z.string().nullable(),
  /** Dollars a day; null: no limit; `default`: as the settings say. */
  budget_per_day: z.union([z.number().positive(), z.null(), z.literal("default")]),
  /** Null: as `sandbox.network` says. */
  network: NetworkPolicy.nullable(),
  network_allow: z.array(z.string()),
  /** Patterns of tools that people are asked about first. */
  approval_tools: z.array(z.string()),
  /** Hosts that are reached only after a person's yes. */
  approval_hosts: z.array(z.string()),
  agent_status: z.enum(["running", "stopped"]),
  message_count: z.number().int(),
  last_active: time.nullable(),
  /** The newest of its history, its text cut to what one line holds. */
  last_message: z
    .object({
      role: z.enum(["user", "assistant", "notice"]),
      sender: z.string(),
      sender_name: z.string().nullable(),
      text: z.string(),
      time,
    })
    .nullable(),
  /** Null while it was never measured, or where nothing limits it. */
  files: FilesUsed.nullable(),
});
export type GroupView = z.infer<typeof GroupView>;

export const GroupCreate = z.object({
  id: GroupId,
  name: z.string().trim().min(1).max(200),
  folder: z.string().regex(/^[a-z0-9][a-z0-9_-]{0,47}$/, "must be 1 to 48 small letters, digits, '_' or '-'"),
  is_main: z.boolean().optional(),
  model: z.string().min(1).max(200).optional(),
});
export type GroupCreate = z.infer<typeof GroupCreate>;

/** What of a group can be changed; `model: null` goes back to the default. */
export const GroupUpdate = z
  .object({
    name: GroupCreate.shape.name,
    model: z.string().min(1).max(200).nullable(),
    budget_per_day: z.union([z.number().positive().max(1_000_000), z.null(), z.literal("default")]),
    /** Null: as `sandbox.network` says. */
    network: NetworkPolicy.nullable(),
    network_allow: AllowedHosts,
    approval_tools: z.array(ToolPattern).max(50),
    /** Refused where the policy in force is `open`: there nobody can be asked. */
    approval_hosts: AllowedHosts,
  })
  .partial()
  .refine((change) => Object.values(change).some((value) => value !== undefined), "must change something");
export type GroupUpdate = z.infer<typeof GroupUpdate>;

export const ConversationView = z.object({
  id: RowId,
  group_id: GroupId,
  kind: z.enum(["chat", "topic", "page", "task_run", "member"]),
  channel: z.enum(["telegram", "web", "none"]),
  title: z.string(),
  session_id: z.string().nullable(),
});
export type ConversationView = z.infer<typeof ConversationView>;

export const MessageView = z.object({
  id: z.number().int(),
  /** `user`: a person. `assistant`: the agent. `notice`: Praktor itself, explaining something. */
  role: z.enum(["user", "assistant", "notice"]),
  text: z.string(),
  time,
  conversation_id: RowId,
  turn_id: RowId.nullable(),
  sender: z.string(),
  /** What the person is called where they wrote; null where nobody said. */
  sender_name: z.string().nullable(),
  /** How much work of an ended turn this message closes: the tools it called, and how long it ran. Null where there is none to show. */
  work: z.object({ steps: z.number().int(), duration_ms: z.number().int() }).nullable(),
  /** Delivery to the message's address; null where there is none to deliver to. */
  delivery: z.enum(["pending", "sent", "failed", "uncertain"]).nullable(),
  /** Why a delivery failed or is uncertain. */
  delivery_error: z.string().optional(),
  /** What came with a person's message, by its place in the workspace. */
  files: z.array(z.object({ path: z.string(), name: z.string() })).optional(),
  /** Of a message that asks people: how that stands. Forgotten 30 days after it was settled. */
  approval: MessageApproval.optional(),
});
export type MessageView = z.infer<typeof MessageView>;

/** The longest text of one message. */
export const MOST_CHARACTERS = 200_000;
/** The most files with one message. */
export const MOST_FILES = 20;

export const MessageCreate = z
  .object({
    text: z.string().trim().max(MOST_CHARACTERS, "must be 200,000 characters at most: send more as a file"),
    conversation_id: RowId.optional(),
    /** They lie in the workspace already: `PUT /api/groups/{id}/files/content`. */
    files: z
      .array(WorkspacePath.min(1, "must name a file"))
      .max(MOST_FILES, "must be 20 at most: name a folder in the text instead")
      .optional(),
  })
  .refine(({ text, files = [] }) => text !== "" || files.length > 0, { path: ["text"], message: "must not be empty" });
export type MessageCreate = z.infer<typeof MessageCreate>;

export const MessageAccepted = z.object({ message_id: z.number().int(), turn_id: RowId, conversation_id: RowId });
export type MessageAccepted = z.infer<typeof MessageAccepted>;

/** What runs now in a group: enough to draw the live turn when a page is opened in the middle of it. */
export const TurnView = z.object({
  id: RowId,
  group_id: GroupId,
  conversation_id: RowId,
  state: z.enum(["queued", "running", "succeeded", "failed", "cancelled"]),
  attempt: z.number().int(),
  queued_at: time,
  started_at: time.nullable(),
  text: z.string(),
  /** One more than the `index` of the last piece in `text` (0 when there is none): what the live stream goes on with. */
  next_index: z.number().int().nonnegative(),
  tools: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      input: z.string().nullable(),
      output: z.string().nullable(),
      is_error: z.boolean(),
      duration_ms: z.number().nullable(),
      done: z.boolean(),
    }),
  ),
});
export type TurnView = z.infer<typeof TurnView>;

export const AgentView = z.object({
  id: RowId,
  group_id: GroupId,
  name: z.string(),
  status: z.enum(["starting", "running", "stopping", "stopped"]),
  started_at: time,
  session_id: z.string().nullable(),
});
export type AgentView = z.infer<typeof AgentView>;

export const Health = z.object({
  name: z.string(),
  ok: z.boolean(),
  /** Where there is more to tell than `ok`: `warn` may pass by itself. */
  level: z.enum(["ok", "warn", "bad"]).optional(),
  detail: z.string(),
});
export type Health = z.infer<typeof Health>;

export const StatusView = z.object({
  status: z.enum(["ok", "degraded"]),
  version: z.string(),
  active_agents: z.number().int(),
  groups_count: z.number().int(),
  pending_tasks: z.number().int(),
  /** Seconds since the gateway started. */
  uptime: z.number(),
  recent_messages: z.array(MessageView.extend({ group_id: GroupId })),
  nats: z.object({
    embedded: z.boolean(),
    connections: z.number().int(),
    subscriptions: z.number().int(),
    messages: z.number().int(),
  }),
  /** Each part and how it is: store, bus, sandbox, model, telegram. */
  health: z.array(Health),
  timestamp: time,
});
export type StatusView = z.infer<typeof StatusView>;

export const SessionCreate = z.object({ password: z.string().max(1024) });
/** `required`: this installation has a password; `signed_in`: this browser may use the API. */
export const SessionView = z.object({
  required: z.boolean(),
  signed_in: z.boolean(),
  /** Only in the answer to a sign-in, once: the page shows it with the cookie on every request (`page-token.ts`). */
  page_token: z.string().optional(),
});
export type SessionView = z.infer<typeof SessionView>;

export const WorkspaceListing = z.object({
  path: z.string(),
  entries: z.array(WorkspaceEntry),
  truncated: z.boolean(),
});
export type WorkspaceListing = z.infer<typeof WorkspaceListing>;
