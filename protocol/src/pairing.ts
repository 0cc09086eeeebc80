/** Letting a person in by a code that they send to the bot: `/api/pairing`, and what `praktor pair` asks of a running gateway. */
import { z } from "zod";

export const PairingOffer = z.object({
  /** Eight characters, shown once: only its hash is kept. A new code makes the one before worthless. */
  code: z.string(),
  expires: z.iso.datetime(),
  /** Wrong codes that may be sent before it is void. */
  tries: z.number().int(),
  /** True while nobody has paired, and the settings name no main chat: who does becomes the owner. */
  makes_owner: z.boolean(),
});
export type PairingOffer = z.infer<typeof PairingOffer>;

export const PairedPerson = z.object({
  /** Telegram's user id. */
  id: z.string(),
  name: z.string(),
  is_owner: z.boolean(),
  paired: z.iso.datetime(),
});
export type PairedPerson = z.infer<typeof PairedPerson>;

/** Somebody who wrote to the bot and was turned away. */
export const WaitingPerson = z.object({ id: z.string(), name: z.string(), asked: z.iso.datetime() });
export type WaitingPerson = z.infer<typeof WaitingPerson>;

export const PairingView = z.object({
  people: z.array(PairedPerson),
  /** User ids of `telegram.allow_from`, which only the settings take back. */
  allowed: z.array(z.string()),
  /** The newest first. */
  waiting: z.array(WaitingPerson),
  /** Until when a code is good; null: there is none. */
  expires: z.iso.datetime().nullable(),
});
export type PairingView = z.infer<typeof PairingView>;

/** A channel to which the bot was added by somebody who might talk to it then. */
export const PeopleChannel = z.object({
  /** Telegram's chat id. */
  id: z.string(),
  title: z.string(),
  /** Telegram's user id; null where it was not kept. */
  added_by: z.string().nullable(),
  added: z.iso.datetime().nullable(),
  /** Whether it is answered: who has added the bot may still talk to it. */
  is_answered: z.boolean(),
});
export type PeopleChannel = z.infer<typeof PeopleChannel>;

export const PeopleView = PairingView.extend({ channels: z.array(PeopleChannel) });
export type PeopleView = z.infer<typeof PeopleView>;
