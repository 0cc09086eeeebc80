/** The fields of Telegram's updates that Praktor reads, checked at the border; all others are ignored. */
import { z } from "zod";

export const TelegramUser = z.object({
  id: z.int(),
  is_bot: z.boolean().default(false),
  first_name: z.string().default(""),
  last_name: z.string().optional(),
  username: z.string().optional(),
});
export type TelegramUser = z.infer<typeof TelegramUser>;

export const TelegramChat = z.object({
  id: z.int(),
  type: z.enum(["private", "group", "supergroup", "channel"]),
  title: z.string().optional(),
  first_name: z.string().optional(),
  last_name: z.string().optional(),
  username: z.string().optional(),
});
export type TelegramChat = z.infer<typeof TelegramChat>;

const Entity = z.object({
  type: z.string(),
  offset: z.int(),
  length: z.int(),
  user: TelegramUser.optional(),
});

const File = z.object({
  file_id: z.string().min(1),
  file_name: z.string().optional(),
  mime_type: z.string().optional(),
  file_size: z.int().optional(),
});
const Place = z.object({ latitude: z.number(), longitude: z.number() });
const Contact = z.object({ phone_number: z.string(), first_name: z.string(), last_name: z.string().optional() });

const Content = z.object({
  message_id: z.int(),
  from: TelegramUser.optional(),
  sender_chat: TelegramChat.optional(),
  text: z.string().optional(),
  caption: z.string().optional(),
  entities: z.array(Entity).optional(),
  caption_entities: z.array(Entity).optional(),
  photo: z.array(File.extend({ width: z.int().default(0), height: z.int().default(0) })).optional(),
  document: File.optional(),
  audio: File.optional(),
  video: File.optional(),
  animation: File.optional(),
  voice: File.optional(),
  video_note: File.optional(),
  sticker: z.object({ emoji: z.string().optional(), set_name: z.string().optional() }).optional(),
  location: Place.extend({ live_period: z.number().optional() }).optional(),
  venue: z.object({ title: z.string(), address: z.string(), location: Place }).optional(),
  contact: Contact.optional(),
  poll: z.object({ question: z.string(), options: z.array(z.object({ text: z.string() })) }).optional(),
  dice: z.object({ emoji: z.string(), value: z.int() }).optional(),
  forum_topic_created: z.object({ name: z.string() }).optional(),
});
export type MessageContent = z.infer<typeof Content>;

const ForwardOrigin = z.object({
  sender_user: TelegramUser.optional(),
  sender_user_name: z.string().optional(),
  sender_chat: TelegramChat.optional(),
  chat: TelegramChat.optional(),
});

export const TelegramMessage = Content.extend({
  chat: TelegramChat,
  message_thread_id: z.int().positive().optional(),
  is_topic_message: z.boolean().optional(),
  // What is quoted is only context: when it cannot be read, the message itself still can.
  reply_to_message: Content.optional().catch(undefined),
  quote: z.object({ text: z.string() }).optional().catch(undefined),
  forward_origin: ForwardOrigin.optional().catch(undefined),
  media_group_id: z.string().optional(),
  migrate_to_chat_id: z.int().optional(),
  migrate_from_chat_id: z.int().optional(),
});
export type TelegramMessage = z.infer<typeof TelegramMessage>;

export const MembershipChange = z.object({
  chat: TelegramChat,
  from: TelegramUser,
  new_chat_member: z.object({ status: z.string() }),
});

/** Enough of anything to say something about it: where it came from, and perhaps who sent it. */
export const Origin = z.object({
  chat: TelegramChat,
  from: TelegramUser.optional().catch(undefined),
  message_thread_id: z.int().positive().optional().catch(undefined),
  is_topic_message: z.boolean().optional().catch(undefined),
});

export const CallbackQuery = z.object({
  id: z.string(),
  from: TelegramUser,
  data: z.string().max(64).optional().catch(undefined),
  message: Origin.optional().catch(undefined),
});
