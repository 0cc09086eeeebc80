/** What the store promises about what is to be sent. */
import type { Address } from "@praktor/protocol/address";
import type { OutboxBody, OutboxPart } from "../rows.ts";

/** Parts for an address that nothing is delivered to (`web`, `none`) are not stored: the message itself is what the page shows. */
export interface NewOutboxPart {
  body: OutboxBody;
  /** Replaces this message by an edit; words of a turn are a new message all the same where something else for the chat is still unsent. */
  editOf?: string;
}

export interface OutboxStore {
  /**
   * Chats (`telegram:<chatId>`, whatever the topic) that have something to send now, with the oldest such row's time; at most one entry per chat. A chat whose first unsent part must still wait is left out:
   * order within a chat is kept.
   */
  ready(channel: Address["channel"]): Promise<{ chatKey: string; since: number }[]>;
  nextWakeUp(channel: Address["channel"]): Promise<number | null>;
  /** The chat's first unsent part, now `sending` with attempts + 1, in one committed transaction before it is sent. Null: nothing to send, or it must wait. */
  take(chatKey: string): Promise<OutboxPart | null>;
  sent(id: number, externalId: string): Promise<OutboxPart | null>;
  /** Refused for now; nothing was sent: `pending` again, not before `notBefore`. `body` replaces it (plain text instead of markup). */
  retry(
    id: number,
    /** `asNew`: the message that it would have edited is gone. */
    again: { notBefore: number; error: string; body?: OutboxBody; asNew?: boolean },
  ): Promise<void>;
  /** It may or may not have gone out. First time: marked `repeated` and pending again. Second time: `uncertain` for good. An edit is plainly pending again, each time. */
  uncertain(id: number, error: string, notBefore: number): Promise<OutboxPart | null>;
  failed(id: number, error: string): Promise<OutboxPart | null>;
  /** On start: rows left in `sending` by an earlier life go out again, marked unless they are edits, however often that happens: one repeat for each end of a life. Returns how many. */
  recover(): Promise<number>;
  /** The chat with all its topics may not be sent to before this moment; an earlier moment than one set before changes nothing. */
  holdChat(chatKey: string, notBefore: number): Promise<void>;
  /** Whether a part of the chat, sent or not, replaces this message by an edit. */
  isEdited(chatKey: string, externalId: string): Promise<boolean>;
}
