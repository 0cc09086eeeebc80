/** Albums that were sent to the bot: their parts come as messages of their own, and only one of them carries the words. */
import type { IncomingMessage } from "./incoming.ts";

/** The parts come within a second or two; more albums at once than these there are not. */
const mostAlbums = 100;

export class Albums {
  readonly #sentToBot = new Set<string>();

  /** The message is for the bot: the further parts of its album are too. */
  sentToBot(incoming: IncomingMessage): void {
    const key = keyOf(incoming);
    if (key === null) return;
    this.#sentToBot.add(key);
    const [oldest] = this.#sentToBot;
    if (this.#sentToBot.size > mostAlbums && oldest !== undefined) this.#sentToBot.delete(oldest);
  }

  /** Whether an earlier part of its album was for the bot, and of the same person. */
  has(incoming: IncomingMessage): boolean {
    const key = keyOf(incoming);
    return key !== null && this.#sentToBot.has(key);
  }
}

function keyOf({ source, message }: IncomingMessage): string | null {
  return message.media_group_id === undefined
    ? null
    : `${source.chat.id}/${source.sender.id}/${message.media_group_id}`;
}
