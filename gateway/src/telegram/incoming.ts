/** What an update means to Praktor, before anybody is asked whether it is allowed. */
import type { TelegramAddress } from "@praktor/protocol/address";
import type { Command } from "./commands.ts";
import type { TelegramChat, TelegramMessage, TelegramUser } from "./update-schema.ts";

/** The bot as `getMe` describes it. */
export interface BotIdentity {
  id: number;
  username: string;
}

/** Where something came from. */
export interface Source {
  chat: TelegramChat;
  address: TelegramAddress;
  /** Null: Telegram does not say who it was. */
  sender: TelegramUser | null;
}

export interface IncomingMessage {
  type: "message";
  source: Source & { sender: TelegramUser };
  message: TelegramMessage;
  /** The words for the agent, without files. */
  text: string;
  edited: boolean;
  /** In a group: mentioned, replied to, or a command of this bot. Always true in a private chat. */
  addressed: boolean;
  command: Command | null;
  /** The kind of its file, null where it carries none. */
  fileKind: string | null;
}

export type Incoming =
  | IncomingMessage
  /** The chat goes on under another id. */
  | { type: "migrated"; from: string; to: string }
  | { type: "membership"; source: Source; status: string }
  /** Cannot be answered as it is; `reply` is a polite sentence. `addressed` as above. */
  | { type: "refused"; source: Source; reply: string; reason: string; addressed: boolean }
  /** A button was tapped; without `source` nobody can say where. */
  | { type: "tapped"; queryId: string; data: string; source: Source | null }
  /** Nothing that anybody waits for an answer to. */
  | { type: "ignored"; reason: string };
