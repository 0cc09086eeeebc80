/** Sends one outgoing part through the Bot API, once: what a failure means is decided elsewhere. */
import type { TelegramAddress } from "@praktor/protocol/address";
import type { Api } from "grammy";
import type { InlineKeyboardMarkup } from "grammy/types";
import { PraktorError } from "../kit/praktor-error.ts";
import type { OutboxBody, OutboxPart } from "../store/rows.ts";
import { callFailure } from "./call-outcome.ts";

import { type OpenFile, sendFile } from "./send-file.ts";

type TextBody = Extract<OutboxBody, { type: "text" }>;

/** Where it goes now; the chat's id may have changed since the part was stored. */
export interface Destination {
  chatId: string;
  topicId: number | undefined;
}

const repeatMark = "↻ <i>(may be a repeat)</i>\n";
const noPreview = { link_preview_options: { is_disabled: true } } as const;

/** Resolves with Telegram's message id; rejects as the Api does, and with `message_gone` when there is nothing left to edit. */
export async function sendPart(
  api: Api,
  part: OutboxPart,
  destination: Destination,
  openFile: OpenFile | undefined,
  signal: AbortSignal,
): Promise<string> {
  const { body } = part;
  if (body.type === "file") {
    const { chatId, topicId } = destination;
    const where = { chat_id: chatId, ...(topicId === undefined ? {} : { message_thread_id: topicId }) };
    const caption = (part.repeated ? "↻ (may be a repeat)\n" : "") + (body.caption ?? "");
    return await sendFile(api, openFile, { groupId: part.groupId, body, where, caption }, signal);
  }
  if (part.editOf === null) return await sendText(api, part, body, destination, signal);
  return await editText(api, part.editOf, body, destination, signal);
}

export function destinationOf(address: TelegramAddress, migratedTo: string | undefined): Destination {
  return { chatId: migratedTo ?? address.chatId, topicId: address.topicId };
}

async function sendText(
  api: Api,
  part: OutboxPart,
  body: TextBody,
  destination: Destination,
  signal: AbortSignal,
): Promise<string> {
  const { chatId, topicId } = destination;
  try {
    const message = await api.raw.sendMessage(
      {
        chat_id: chatId,
        text: part.repeated ? repeatMark + body.html : body.html,
        parse_mode: "HTML",
        ...noPreview,
        ...(topicId === undefined ? {} : { message_thread_id: topicId }),
        ...(body.buttons === undefined ? {} : { reply_markup: keyboard(body.buttons) }),
        ...(body.replyTo === undefined
          ? {}
          : { reply_parameters: { message_id: body.replyTo, allow_sending_without_reply: true } }),
      },
      signal as never,
    );
    return String(message.message_id);
  } catch (error) {
    if (topicId === undefined || !isRefusal(error, /message thread not found|TOPIC_DELETED/i)) throw error;
    // The topic is gone; the chat is still there.
    return await sendText(api, part, body, { chatId, topicId: undefined }, signal);
  }
}

function keyboard(buttons: NonNullable<TextBody["buttons"]>): InlineKeyboardMarkup {
  return {
    inline_keyboard: buttons.map((row) => row.map(({ text, data }) => ({ text, callback_data: data }))),
  };
}

async function editText(
  api: Api,
  messageId: string,
  body: TextBody,
  destination: Destination,
  signal: AbortSignal,
): Promise<string> {
  try {
    await api.raw.editMessageText(
      {
        chat_id: destination.chatId,
        message_id: Number(messageId),
        text: body.html,
        parse_mode: "HTML",
        ...noPreview,
      },
      signal as never,
    );
  } catch (error) {
    if (isRefusal(error, /message to edit not found|message can't be edited|MESSAGE_ID_INVALID/i)) {
      // Sent in its place here, it could go out twice without a mark: an edit is repeated freely.
      throw new PraktorError("message_gone", "The message to edit is gone.", { cause: error });
    }
    if (!isRefusal(error, /message is not modified/i)) throw error;
  }
  return messageId;
}

function isRefusal(error: unknown, reason: RegExp): boolean {
  const failure = callFailure(error);
  return failure.type === "refused" && failure.code === 400 && reason.test(failure.reason);
}
