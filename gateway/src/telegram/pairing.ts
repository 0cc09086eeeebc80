/** Who was let in by a code, and the code that lets in the next. Kept as one row, so that no half of it is ever stored. */
import { createHash, timingSafeEqual } from "node:crypto";
import { z } from "zod";
import type { PairingOffer, PairingView } from "@praktor/protocol/pairing";
import { noAudit, type Audit } from "../kit/audit.ts";
import type { Clock } from "../kit/clock.ts";
import { Serial } from "../kit/serial.ts";
import type { SettingStore } from "../store/contract/setting-store.ts";
import { newCode, readCode } from "./pairing-code.ts";
import type { AllowList } from "./telegram-ports.ts";

const Offer = z.object({
  codeHash: z.string(),
  expiresAt: z.int(),
  /** How often each has sent another code. Who guesses uses up nobody else's tries. */
  wrong: z.record(z.string(), z.int()).default({}),
  /** Who used it. The update may come again when the gateway dies before it is recorded, and then it is no mistake. */
  usedBy: z.string().nullable(),
});
const State = z.object({
  owner: z.string().nullable(),
  people: z.array(z.object({ id: z.string(), name: z.string(), pairedAt: z.int() })),
  offer: Offer.nullable(),
  waiting: z.array(z.object({ id: z.string(), name: z.string(), askedAt: z.int() })).default([]),
});
type State = z.infer<typeof State>;

export type PairingOutcome =
  /** The text is no code, or comes from somebody who may write anyway and has sent no good one. */
  | { type: "none" }
  /** `mistyped`: no code at all, though meant as one; that much anybody may know. */
  | { type: "wrong"; mistyped: boolean; triesLeft: number }
  /** A stranger's code while none is awaited from him. */
  | { type: "void" }
  | { type: "paired"; isOwner: boolean };

export interface PairingRules {
  /** Who may talk by the settings; only shown. */
  allowFrom: readonly string[];
  /** Set: the settings say which chat is the main group's, and nobody becomes the owner by a code. */
  mainChatId?: string | undefined;
}

const settingKey = "telegram.pairing";
const codeLifeMs = 10 * 60_000;
const triesOfPerson = 5;
/** All together guess right with a probability of less than 1 : 1,000,000,000. */
const triesOfCode = 1_000;
const mostPeople = 1_000;
const mostWaiting = 20;

export class Pairing implements AllowList {
  readonly #settings: Pick<SettingStore, "get" | "set">;
  readonly #clock: Clock;
  readonly #rules: PairingRules;
  #state: State;
  readonly #audit: Audit;
  /** Two people with the same code must not both be let in. */
  readonly #changes = new Serial();

  private constructor(
    settings: Pick<SettingStore, "get" | "set">,
    clock: Clock,
    rules: PairingRules,
    state: State,
    audit: Audit,
  ) {
    this.#settings = settings;
    this.#clock = clock;
    this.#rules = rules;
    this.#state = state;
    this.#audit = audit;
  }

  /** Rejects when what is stored cannot be read: to forget who the owner is would make the next stranger the owner. */
  static async load(
    settings: Pick<SettingStore, "get" | "set">,
    clock: Clock,
    rules: PairingRules = { allowFrom: [] },
    audit: Audit = noAudit,
  ): Promise<Pairing> {
    const stored = await settings.get(settingKey);
    const empty = { owner: null, people: [], offer: null, waiting: [] };
    const state = stored === null ? empty : State.parse(JSON.parse(stored));
    return new Pairing(settings, clock, rules, state, audit);
  }

  has(userId: string): boolean {
    return this.#state.people.some(({ id }) => id === userId);
  }

  /** A private chat's id is its person's; a group's is nobody's. */
  get owner(): string | null {
    return this.#rules.mainChatId ?? this.#state.owner;
  }

  async offer(): Promise<PairingOffer> {
    return await this.#changes.run(async () => {
      const code = newCode();
      const expiresAt = this.#clock.now() + codeLifeMs;
      await this.#store({ offer: { codeHash: hashOf(code), expiresAt, wrong: {}, usedBy: null } });
      const makesOwner = this.owner === null;
      return { code, expires: new Date(expiresAt).toISOString(), tries: triesOfPerson, makes_owner: makesOwner };
    });
  }

  /** `counts`: a stranger, whose mistakes use up tries; a person who may write anyway is only talking. */
  async enter(person: { id: string; name: string }, text: string, counts: boolean): Promise<PairingOutcome> {
    return await this.#changes.run(async () => {
      const entered = readCode(text, counts ? "anywhere" : "alone");
      if (entered === null) return { type: "none" };
      const { offer, owner, people } = this.#state;
      const useless = counts ? ({ type: "void" } as const) : ({ type: "none" } as const);
      if (offer === null || offer.expiresAt <= this.#clock.now()) return useless;
      const hash = hashOf(entered.code ?? "");
      const isRight = timingSafeEqual(Buffer.from(hash), Buffer.from(offer.codeHash));
      if (offer.usedBy !== null) {
        return isRight && offer.usedBy === person.id ? { type: "paired", isOwner: this.owner === person.id } : useless;
      }
      const wrong = Object.hasOwn(offer.wrong, person.id) ? (offer.wrong[person.id] ?? 0) : 0;
      if (wrong >= triesOfPerson || isSpent(offer)) return useless;
      if (!isRight) {
        if (!counts) return useless;
        await this.#store({ offer: { ...offer, wrong: { ...offer.wrong, [person.id]: wrong + 1 } } });
        this.#keep(person, "refused");
        return { type: "wrong", mistyped: entered.code === null, triesLeft: triesOfPerson - wrong - 1 };
      }
      const others = people.filter(({ id }) => id !== person.id).slice(-mostPeople + 1);
      await this.#store({
        owner: this.owner === null ? person.id : owner,
        people: [...others, { ...person, pairedAt: this.#clock.now() }],
        offer: { ...offer, usedBy: person.id },
        waiting: this.#state.waiting.filter(({ id }) => id !== person.id),
      });
      this.#keep(person, "ok");
      return { type: "paired", isOwner: this.owner === person.id };
    });
  }

  #keep(person: { id: string; name: string }, outcome: "ok" | "refused"): void {
    const actor = { type: "person", id: `telegram:${person.id}` } as const;
    this.#audit.record({ actor, action: "pairing.enter", outcome, target: person.id, detail: person.name });
  }

  /** Somebody who may not talk has written; remembered for the page, the newest few. */
  async knocked(person: { id: string; name: string }): Promise<void> {
    await this.#changes.run(async () => {
      if (this.has(person.id)) return;
      const others = this.#state.waiting.filter(({ id }) => id !== person.id).slice(0, mostWaiting - 1);
      await this.#store({ waiting: [{ ...person, askedAt: this.#clock.now() }, ...others] });
    });
  }

  /** Lets in somebody who waits; false when nobody of that id does. They do not become the owner by this: that takes a code. */
  async letIn(userId: string): Promise<boolean> {
    return await this.#changes.run(async () => {
      const { waiting, people } = this.#state;
      const person = waiting.find(({ id }) => id === userId);
      if (!person) return false;
      const { id, name } = person;
      const others = people.filter((other) => other.id !== id).slice(-mostPeople + 1);
      await this.#store({
        people: [...others, { id, name, pairedAt: this.#clock.now() }],
        waiting: waiting.filter((other) => other.id !== id),
      });
      return true;
    });
  }

  /** False when nobody of that id was paired. The owner can be removed too: then the next who pairs is the owner. */
  async remove(userId: string): Promise<boolean> {
    return await this.#changes.run(async () => {
      if (!this.has(userId)) return false;
      const { owner, people } = this.#state;
      await this.#store({
        owner: owner === userId ? null : owner,
        people: people.filter(({ id }) => id !== userId),
        offer: null,
      });
      return true;
    });
  }

  view(): PairingView {
    const { people, offer, waiting } = this.#state;
    const isOpen = offer !== null && offer.usedBy === null && !isSpent(offer) && offer.expiresAt > this.#clock.now();
    return {
      people: people.map(({ id, name, pairedAt }) => ({
        id,
        name,
        is_owner: id === this.owner,
        paired: new Date(pairedAt).toISOString(),
      })),
      allowed: [...this.#rules.allowFrom],
      waiting: waiting.map(({ id, name, askedAt }) => ({ id, name, asked: new Date(askedAt).toISOString() })),
      expires: isOpen ? new Date(offer.expiresAt).toISOString() : null,
    };
  }

  /** On disk first: a try that was not counted there would be free after a restart. */
  async #store(change: Partial<State>): Promise<void> {
    const state = { ...this.#state, ...change };
    await this.#settings.set(settingKey, JSON.stringify(state));
    this.#state = state;
  }
}

function hashOf(code: string): string {
  return createHash("sha256").update(code).digest("hex");
}

function isSpent({ wrong }: z.infer<typeof Offer>): boolean {
  return Object.values(wrong).reduce((sum, tries) => sum + tries, 0) >= triesOfCode;
}
