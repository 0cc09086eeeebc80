/** Where an answer goes. Kept on the conversation, never derived from the group's id. */
import { z } from "zod";

export const TelegramAddress = z.object({
  channel: z.literal("telegram"),
  /** Telegram's chat id as a decimal string: it may exceed 32 bits. */
  chatId: z.string().regex(/^-?\d{1,20}$/),
  /** Forum topic (`message_thread_id`), absent in plain chats. */
  topicId: z.number().int().positive().optional(),
});
export const WebAddress = z.object({ channel: z.literal("web") });
/** A conversation whose answers nobody receives directly: a task's run, a swarm's member. */
export const NoAddress = z.object({ channel: z.literal("none") });

export const Address = z.discriminatedUnion("channel", [TelegramAddress, WebAddress, NoAddress]);
export type TelegramAddress = z.infer<typeof TelegramAddress>;
export type Address = z.infer<typeof Address>;
