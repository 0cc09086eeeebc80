/** What an agent says in the middle of its turn, on `host.ipc.{groupID}` as well; the reply is an `IpcReply`. */
import { z } from "zod";
import { RowId } from "./ids.ts";
import { requestKey } from "./ipc.ts";

export const ChatIpcRequest = z.discriminatedUnion("type", [
  z.object({
    type: z.literal("send_message"),
    /** `conversationId`: where the turn runs; the host accepts only one that runs a turn of this group now. */
    payload: z.object({
      conversationId: RowId,
      text: z.string().trim().min(1).max(100_000),
      key: requestKey.optional(),
    }),
  }),
  z.object({
    type: z.literal("send_file"),
    payload: z.object({
      conversationId: RowId,
      /** Relative to the workspace. The bytes are fetched when the file is sent. */
      path: z.string().min(1).max(1024),
      caption: z.string().max(4_000).optional(),
      key: requestKey.optional(),
    }),
  }),
]);
export type ChatIpcRequest = z.infer<typeof ChatIpcRequest>;
