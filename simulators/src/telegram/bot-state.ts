// What the Bot API's methods work on, and the form of a method.

import type { ChatBook } from "./chat-book.ts";
import type { FileShelf } from "./file-shelf.ts";
import type { BotUser } from "./message-view.ts";
import type { BotApiParameters } from "./request-body.ts";
import type { UpdateQueue } from "./update-queue.ts";
import type { Webhook } from "./webhook.ts";

export interface ChatAction {
  readonly chatId: number;
  readonly threadId: number | undefined;
  readonly action: string;
  readonly at: number;
}

export interface CallbackAnswer {
  readonly callbackQueryId: string;
  readonly text: string | undefined;
  readonly at: number;
}

/** What the methods work on; the simulator owns it. */
export interface BotState {
  readonly bot: BotUser;
  readonly now: () => number;
  readonly chats: ChatBook;
  readonly updates: UpdateQueue;
  readonly files: FileShelf;
  readonly webhook: Webhook;
  readonly chatActions: ChatAction[];
  readonly callbackAnswers: CallbackAnswer[];
  readonly reactions: { chatId: number; messageId: number; reaction: unknown; at: number }[];
  /** By scope and language, as JSON. */
  readonly commands: Map<string, unknown>;
}

/** Parameters in, result out; throws BotApiError for a refusal. `gone` aborts when the client has closed. */
export type BotMethod = (state: BotState, parameters: BotApiParameters, gone: AbortSignal) => unknown;

/** By their names in lower case. */
export type BotMethods = Readonly<Record<string, BotMethod>>;
