/** What a Telegram message says, as text for the agent. */
import type { MessageContent, TelegramMessage, TelegramUser } from "./update-schema.ts";

/** The person's own words and what stands for things without words; null where there is nothing that can be read. */
export function messageText(message: MessageContent): string | null {
  const parts = [message.text ?? message.caption ?? "", ...attachmentTexts(message)];
  const text = parts.filter((part) => part.trim() !== "").join("\n\n");
  return text === "" ? null : text;
}

/** What the message refers to – a quoted message, a forward's source – as lines for the agent; null where it refers to nothing. `told` says in its place what a message of the bot told of. */
export function messageContext(message: TelegramMessage, botId: number, told: string | null = null): string | null {
  const lines: string[] = [];
  const origin = message.forward_origin;
  if (origin) {
    const chat = origin.sender_chat ?? origin.chat;
    const name = origin.sender_user ? userName(origin.sender_user) : (origin.sender_user_name ?? chat?.title);
    lines.push(`[Forwarded from ${name ?? "somebody"}]`);
  }
  const replied = message.reply_to_message;
  if (told !== null) lines.push(told, ...partQuoted(message.quote?.text));
  else if (replied && !replied.forum_topic_created) {
    const quoted = message.quote?.text ?? messageText(replied) ?? fileKind(replied);
    if (quoted !== null) {
      const author = replied.from?.id === botId ? "you" : replied.from ? userName(replied.from) : "somebody";
      lines.push(`[In reply to ${author}:]`, ...quotation(quoted));
    }
  }
  return lines.length === 0 ? null : lines.join("\n");
}

/** Which words the person marked of what they answer. */
function partQuoted(part: string | undefined): string[] {
  return part === undefined ? [] : ["[Of that this:]", ...quotation(part)];
}

function quotation(text: string): string[] {
  return shortened(text)
    .split("\n")
    .map((line) => `> ${line}`);
}

export function userName(user: TelegramUser): string {
  const name = [user.first_name, user.last_name].filter((part) => part).join(" ");
  return name || (user.username ? `@${user.username}` : `user ${user.id}`);
}

/** "photo", "document" …; null where the message carries no file. */
export function fileKind(message: MessageContent): string | null {
  if (message.photo && message.photo.length > 0) return "photo";
  // An animation comes with a document of the same file, for old clients.
  if (message.animation) return "animation";
  if (message.document) return "document";
  if (message.audio) return "audio file";
  if (message.video) return "video";
  if (message.voice) return "voice message";
  if (message.video_note) return "video note";
  return null;
}

function attachmentTexts({ sticker, venue, location, contact, poll, dice }: MessageContent): string[] {
  const texts: string[] = [];
  if (sticker) texts.push(`[Sticker ${sticker.emoji ?? ""}]`.replace(" ]", "]"));
  // A venue's message repeats its place as a location.
  if (venue) texts.push(`[Place: ${venue.title}, ${venue.address} (${coordinates(venue.location)})]`);
  else if (location) texts.push(`[Location: ${coordinates(location)}]`);
  if (contact) {
    const name = [contact.first_name, contact.last_name].filter((part) => part).join(" ");
    texts.push(`[Contact: ${name}, ${contact.phone_number}]`);
  }
  if (poll) texts.push(`[Poll: ${poll.question} – ${poll.options.map((option) => option.text).join(" / ")}]`);
  if (dice) texts.push(`[${dice.emoji} shows ${dice.value}]`);
  return texts;
}

function coordinates(place: { latitude: number; longitude: number }): string {
  return `${place.latitude}, ${place.longitude}`;
}

function shortened(text: string): string {
  return text.length > 2_000 ? `${text.slice(0, 2_000).toWellFormed()}…` : text;
}
