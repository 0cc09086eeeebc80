/** Asking people before an agent uses a tool: what a sandbox asks on `host.ipc.{groupID}`, and what people are shown. */
import { z } from "zod";
import { GroupId, RowId } from "./ids.ts";

/** In UTF-16 units, of a tool's input as JSON. */
export const longestToolInput = 100_000;

/** Asked again with the same `toolUseId` until the answer is no longer `open`. */
export const ToolApprovalRequest = z.object({
  type: z.literal("approve_tool"),
  payload: z.object({
    turnId: RowId,
    conversationId: RowId,
    toolUseId: z.string().min(1).max(128),
    tool: z.string().min(1).max(128),
    /** Its input as JSON; of a longer one as much of the beginning as of the end. */
    input: z.string().max(longestToolInput),
    /** Of the whole JSON; absent: nothing was cut. */
    inputLength: z.int().optional(),
  }),
});
export type ToolApprovalRequest = z.infer<typeof ToolApprovalRequest>;

export const ToolApprovalReply = z.discriminatedUnion("status", [
  z.object({ status: z.literal("allowed") }),
  /** `message` is for the agent. */
  z.object({ status: z.literal("denied"), message: z.string() }),
  z.object({ status: z.literal("open") }),
]);
export type ToolApprovalReply = z.infer<typeof ToolApprovalReply>;

export const ApprovalState = z.enum(["open", "chosen", "expired", "void"]);

export const ApprovalView = z.object({
  id: RowId,
  group_id: GroupId,
  conversation_id: RowId,
  /** What the agent waits in; null: it asks outside of a turn. */
  turn_id: RowId.nullable(),
  /** The message that asks it. */
  message_id: z.number().int(),
  /** Markdown. */
  question: z.string(),
  choices: z.array(z.object({ id: z.string(), label: z.string() })),
  state: ApprovalState,
  choice: z.string().nullable(),
  /** Who chose: `telegram:<user id>` or `page`. */
  answered_by: z.string().nullable(),
  asked: z.iso.datetime(),
  expires: z.iso.datetime(),
  /** Null while it is open. */
  settled: z.iso.datetime().nullable(),
});
export type ApprovalView = z.infer<typeof ApprovalView>;

/** How a question stands, beside the message whose text it is. */
export const MessageApproval = ApprovalView.omit({ question: true });
export type MessageApproval = z.infer<typeof MessageApproval>;

export const ApprovalAnswer = z.object({ choice: z.string().min(1).max(16) });
