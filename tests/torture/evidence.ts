/** What a run leaves behind, as the checker reads it: nothing here comes from the code under test but its database file. */

/** A person's message. */
export interface Said {
  chatId: number;
  number: number;
  at: number;
}

/** A message of the bot, as the person reads it. */
export interface Heard {
  chatId: number;
  messageId: number;
  at: number;
  text: string;
  /** Taken away by the bot since. */
  deleted: boolean;
}

export interface StoredTurn {
  id: string;
  state: string;
  /** How often it was claimed. */
  attempt: number;
  /** By its runner, in this attempt. */
  accepted: boolean;
  errorCode: string | null;
  /** Facts of the type `result` that are stored for it. */
  results: number;
}

export interface StoredMessage {
  id: number;
  turnId: string | null;
  role: string;
  content: string;
}

export interface StoredPart {
  id: number;
  messageId: number | null;
  chatId: number;
  state: string;
  externalId: string | null;
  repeated: boolean;
  plain: string;
}

export interface Stored {
  integrity: string;
  turns: StoredTurn[];
  messages: StoredMessage[];
  parts: StoredPart[];
}

export interface Evidence {
  said: readonly Said[];
  heard: readonly Heard[];
  /** When the gateway was killed, or the connection to Telegram was cut: each may cost one repeat in each chat. */
  cuts: readonly number[];
  stored: Stored;
}
