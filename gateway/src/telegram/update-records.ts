/** Records updates that queue no turn, with Praktor's own words to the sender where there are some. */
import type { Clock } from "../kit/clock.ts";
import { type Words, wordsParts } from "./buttons.ts";
import type { Source } from "./incoming.ts";
import { OncePer } from "./once-per.ts";
import type { TelegramStore } from "./telegram-ports.ts";

export interface UpdateRecordsOptions {
  store: Pick<TelegramStore, "inbox" | "conversations">;
  clock: Clock;
  /** Which bot's sequence of update ids. */
  sourceName: string;
  /** There is something in the outbox. */
  wakeDelivery(): void;
}

export interface Reply {
  markdown: Words;
  source: Source;
  conversationId?: string | null;
}

const hourMs = 3_600_000;

export class UpdateRecords {
  readonly #options: UpdateRecordsOptions;
  readonly #said: OncePer;

  constructor(options: UpdateRecordsOptions) {
    this.#options = options;
    this.#said = new OncePer(options.clock, hourMs);
  }

  /** The update without a turn, with Praktor's own words where there are some. */
  async record(updateId: number, reply: Reply | null): Promise<void> {
    const { store, sourceName } = this.#options;
    const { inbox, conversations } = store;
    if (reply === null) {
      await inbox.receive({ source: sourceName, updateId });
      return;
    }
    const { address } = reply.source;
    const conversationId = reply.conversationId ?? (await conversations.byAddress(address))?.id ?? null;
    const parts = wordsParts(reply.markdown);
    await inbox.receive({ source: sourceName, updateId, reply: { address, conversationId, parts } });
    this.#options.wakeDelivery();
  }

  /** True the first time within an hour: some things need no second word. */
  isNews(key: string): boolean {
    return this.#said.grant(key);
  }

  /** Says it once an hour; whether it was said now. */
  async replyOnce(updateId: number, key: string, source: Source, markdown: string): Promise<boolean> {
    if (!this.#said.grant(key)) {
      await this.record(updateId, null);
      return false;
    }
    try {
      await this.record(updateId, { markdown, source });
      return true;
    } catch (error) {
      this.#said.revoke(key);
      throw error;
    }
  }
}
