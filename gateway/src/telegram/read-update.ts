/** Reads one update as Telegram sent it. Pure: the same update always means the same. */
import { z } from "zod";
import { parseCommand } from "./commands.ts";
import type { BotIdentity, Incoming, Source } from "./incoming.ts";
import { fileKind, messageText } from "./message-text.ts";
import {
  CallbackQuery,
  MembershipChange,
  Origin,
  type TelegramChat,
  type TelegramUser,
  type TelegramMessage,
  TelegramMessage as MessageSchema,
} from "./update-schema.ts";

/** Telegram's own limit is 4,096; what is longer did not come from there and would only fill the disk. */
export const longestText = 50_000;

// Things that happen to a chat and that nobody says: https://core.telegram.org/bots/api#message
const serviceFields: ReadonlySet<string> = new Set([
  "new_chat_members",
  "left_chat_member",
  "new_chat_title",
  "new_chat_photo",
  "delete_chat_photo",
  "group_chat_created",
  "supergroup_chat_created",
  "channel_chat_created",
  "message_auto_delete_timer_changed",
  "pinned_message",
  "forum_topic_created",
  "forum_topic_edited",
  "forum_topic_closed",
  "forum_topic_reopened",
  "general_forum_topic_hidden",
  "general_forum_topic_unhidden",
  "video_chat_scheduled",
  "video_chat_started",
  "video_chat_ended",
  "video_chat_participants_invited",
  "proximity_alert_triggered",
  "boost_added",
  "chat_background_set",
  "write_access_allowed",
]);

/** Never rejects and never throws: what cannot be read is `refused` where a chat is known, else `ignored`. */
export function readUpdate(raw: unknown, bot: BotIdentity): Incoming {
  const update = z.record(z.string(), z.unknown()).safeParse(raw);
  if (!update.success) return { type: "ignored", reason: "an update that is no object" };
  const [kind, content] = Object.entries(update.data).find(([key]) => key !== "update_id") ?? ["nothing", undefined];
  switch (kind) {
    case "message":
      return readMessage(content, bot, false);
    case "channel_post":
      return readMessage(content, bot, false);
    case "edited_channel_post":
      return readMessage(content, bot, true);
    case "edited_message":
      return readMessage(content, bot, true);
    case "my_chat_member":
      return readMembership(content, bot);
    case "callback_query":
      return readTap(content);
    default:
      return refuse(content, bot, `an update of kind ${kind.slice(0, 64)}`, "I cannot read this kind of message yet.");
  }
}

function readMessage(content: unknown, bot: BotIdentity, edited: boolean): Incoming {
  const parsed = MessageSchema.safeParse(content);
  if (!parsed.success) {
    const field = parsed.error.issues[0]?.path.join(".") ?? "";
    return refuse(
      content,
      bot,
      `a message that cannot be read (${field.slice(0, 64)})`,
      "I could not read this message.",
    );
  }
  const message = parsed.data;
  if (message.migrate_to_chat_id !== undefined) {
    return { type: "migrated", from: String(message.chat.id), to: String(message.migrate_to_chat_id) };
  }
  if (message.migrate_from_chat_id !== undefined) {
    return { type: "migrated", from: String(message.migrate_from_chat_id), to: String(message.chat.id) };
  }
  const source = sourceOf(message);
  const addressed = isAddressed(message, bot);
  const { sender } = source;
  if (sender === null) {
    const reply = "I cannot tell who sent this, so I must not answer it.";
    return { type: "refused", source, reply, reason: "a message without a sender", addressed };
  }
  if (sender.is_bot) return { type: "ignored", reason: "a message of a bot" };
  if (edited && message.location) return { type: "ignored", reason: "a live location has moved" };

  const kind = fileKind(message);
  const text = messageText(message);
  if (text === null && kind === null) return refuseEmpty(content, source, addressed);
  if ((text ?? "").length > longestText) {
    const reply = `This message is too long for me (more than ${longestText.toLocaleString("en")} characters). Please send it in parts.`;
    return { type: "refused", source, reply, reason: "a text that is too long", addressed };
  }
  const words = withoutMention(text ?? "", bot);
  return {
    type: "message",
    source: { ...source, sender },
    message,
    text: words,
    edited,
    addressed,
    command: edited ? null : parseCommand(words, bot.username),
    fileKind: kind,
  };
}

function refuseEmpty(content: unknown, source: Source, addressed: boolean): Incoming {
  const fields = typeof content === "object" && content !== null ? Object.keys(content) : [];
  if (fields.some((field) => serviceFields.has(field))) return { type: "ignored", reason: "a service message" };
  if (fields.includes("text") || fields.includes("caption")) {
    return { type: "refused", source, reply: "This message is empty.", reason: "an empty text", addressed };
  }
  return {
    type: "refused",
    source,
    reply: "I cannot read this kind of message yet.",
    reason: `a message of an unknown kind (${fields.slice(0, 20).join(", ").slice(0, 200)})`,
    addressed,
  };
}

function readMembership(content: unknown, bot: BotIdentity): Incoming {
  const parsed = MembershipChange.safeParse(content);
  if (!parsed.success) return refuse(content, bot, "a change of membership that cannot be read", null);
  const { chat, from, new_chat_member: member } = parsed.data;
  const address = { channel: "telegram" as const, chatId: String(chat.id) };
  return { type: "membership", source: { chat, address, sender: from }, status: member.status };
}

function readTap(content: unknown): Incoming {
  const parsed = CallbackQuery.safeParse(content);
  if (!parsed.success) return { type: "ignored", reason: "a tap that cannot be read" };
  const { id, from, data = "", message } = parsed.data;
  // The message is the bot's own; who taps is the query's sender.
  return { type: "tapped", queryId: id, data, source: message ? { ...sourceOf(message), sender: from } : null };
}

function refuse(content: unknown, bot: BotIdentity, reason: string, reply: string | null): Incoming {
  const origin = Origin.safeParse(content);
  if (!origin.success || reply === null) return { type: "ignored", reason };
  if (origin.data.from?.id === bot.id) return { type: "ignored", reason };
  return {
    type: "refused",
    source: sourceOf(origin.data),
    reply,
    reason,
    addressed: origin.data.chat.type === "private",
  };
}

function sourceOf(origin: z.infer<typeof Origin>): Source {
  const { chat, from, message_thread_id: topicId, is_topic_message: isTopic } = origin;
  return {
    chat,
    // Outside forums a thread id only says which message is answered.
    address: {
      channel: "telegram",
      chatId: String(chat.id),
      ...(isTopic === true && topicId !== undefined ? { topicId } : {}),
    },
    sender: chat.type === "channel" ? channelAsSender(chat) : (from ?? null),
  };
}

function channelAsSender({ id, title = "channel", username }: TelegramChat): TelegramUser {
  return { id, is_bot: false, first_name: title, ...(username === undefined ? {} : { username }) };
}

function isAddressed(message: TelegramMessage, bot: BotIdentity): boolean {
  if (message.chat.type === "private") return true;
  const replied = message.reply_to_message;
  // In a forum every message replies to the one that opened its topic.
  if (replied && !replied.forum_topic_created && replied.from?.id === bot.id) return true;
  const text = message.text ?? message.caption ?? "";
  const mention = `@${bot.username}`.toLowerCase();
  const isMentioned = (message.entities ?? message.caption_entities ?? []).some(
    ({ type, offset, length, user }) =>
      (type === "mention" && text.slice(offset, offset + length).toLowerCase() === mention) ||
      (type === "text_mention" && user?.id === bot.id),
  );
  if (isMentioned) return true;
  const command = parseCommand(text, bot.username);
  return command !== null && command.forThisBot && (command.name !== null || text.includes("@"));
}

/** A mention at the beginning only calls the bot; it is not part of what is said. */
function withoutMention(text: string, bot: BotIdentity): string {
  const mention = `@${bot.username}`;
  if (!text.toLowerCase().startsWith(mention.toLowerCase())) return text;
  const rest = text.slice(mention.length);
  return /^[\s,:]/.test(rest) ? rest.replace(/^[\s,:]+/, "") || text : text;
}
