// The bot itself, its chats, commands, buttons and files.

import * as z from "zod";
import { badRequest } from "./bot-api-error.ts";
import type { BotMethods } from "./bot-state.ts";
import { userOf } from "./message-view.ts";
import { integer, nested, parseValues } from "./request-body.ts";

const chatIdOnly = z.object({ chat_id: integer });
const commandScope = z.object({ scope: nested(z.unknown()).optional(), language_code: z.string().optional() });

export const chatMethods: BotMethods = {
  getme: (state) => ({ ...userOf(state.bot), can_join_groups: true, can_read_all_group_messages: false }),

  sendchataction(state, { values }) {
    const parameters = parseValues(
      z.object({ chat_id: integer, message_thread_id: integer.optional(), action: z.string().default("") }),
      values,
    );
    state.chats.writable(parameters.chat_id);
    if (!chatActionNames.has(parameters.action)) throw badRequest("wrong parameter action in request");
    const { chat_id: chatId, message_thread_id: threadId, action } = parameters;
    state.chatActions.push({ chatId, threadId, action, at: state.now() });
    return true;
  },

  setmycommands(state, { values }) {
    const command = z.object({
      command: z.string().regex(/^[a-z0-9_]{1,32}$/, "BOT_COMMAND_INVALID"),
      description: z.string().min(1, "BOT_COMMAND_DESCRIPTION_INVALID").max(256, "BOT_COMMAND_DESCRIPTION_INVALID"),
    });
    const parameters = parseValues(z.object({ commands: nested(z.array(command).max(100)) }), values);
    state.commands.set(commandKey(values), parameters.commands);
    return true;
  },

  getmycommands: (state, { values }) => state.commands.get(commandKey(values)) ?? [],

  deletemycommands: (state, { values }) => {
    state.commands.delete(commandKey(values));
    return true;
  },

  answercallbackquery(state, { values }) {
    const parameters = parseValues(
      z.object({ callback_query_id: z.string(), text: z.string().max(200).optional() }),
      values,
    );
    const { callback_query_id: callbackQueryId, text } = parameters;
    state.callbackAnswers.push({ callbackQueryId, text, at: state.now() });
    return true;
  },

  getfile(state, { values }) {
    const { file_id: fileId } = parseValues(z.object({ file_id: z.string() }), values);
    const file = state.files.get(fileId);
    if (!file) throw badRequest("invalid file_id");
    // https://core.telegram.org/bots/api#getfile: bots download files of up to 20 MB.
    if (file.bytes.byteLength > 20 * 1024 * 1024) throw badRequest("file is too big");
    const { path } = file;
    return { file_id: fileId, file_unique_id: `u${fileId}`, file_size: file.bytes.byteLength, file_path: path };
  },

  getchat(state, { values }) {
    const { chat_id: chatId } = parseValues(chatIdOnly, values);
    return { ...state.chats.writable(chatId), accent_color_id: 0, max_reaction_count: 11 };
  },

  leavechat(state, { values }) {
    const { chat_id: chatId } = parseValues(chatIdOnly, values);
    state.chats.writable(chatId);
    state.chats.setState(chatId, { type: "left" });
    return true;
  },
};

const chatActionNames = new Set([
  "typing",
  "upload_photo",
  "record_video",
  "upload_video",
  "record_voice",
  "upload_voice",
  "upload_document",
  "choose_sticker",
  "find_location",
  "record_video_note",
  "upload_video_note",
]);

function commandKey(values: unknown): string {
  const { scope, language_code: language } = parseValues(commandScope, values);
  return JSON.stringify([scope ?? { type: "default" }, language ?? ""]);
}
