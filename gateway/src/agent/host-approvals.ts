/** Asks people before a group's sandbox reaches a host that its rules name; a yes or no holds for the turn in which it was asked. */
import { setMaxListeners } from "node:events";
import type { Audit } from "../kit/audit.ts";
import type { Clock } from "../kit/clock.ts";
import { deadline } from "../kit/deadline.ts";
import type { Logger } from "../kit/logger.ts";
import { errorMessage } from "../kit/praktor-error.ts";
import type { Approval, Turn } from "../store/rows.ts";
import type { Approvals } from "./approvals.ts";
import type { RunningTurns } from "./running-turns.ts";
import { shownInput } from "./shown-input.ts";

/** `until` aborts when the yes is over: what it opened is to be closed. `reason` is for the agent. */
export type HostAnswer = { type: "allowed"; until: AbortSignal } | { type: "refused"; reason: string };

export interface HostApprovalsOptions {
  approvals: Pick<Approvals, "askPerson" | "settled" | "withdraw">;
  running: Pick<RunningTurns, "of" | "get">;
  clock: Clock;
  audit: Audit;
  logger: Logger;
  patienceMs: number;
}

/** What was answered in one attempt of a turn. */
interface Answers {
  attempt: number;
  over: AbortController;
  /** By host: the open question, or its end. */
  places: Map<string, PlaceState>;
}

interface PlaceState {
  answer: HostAnswer | null;
  /** How often people were asked: a question that was withdrawn can be asked again. */
  round: number;
  openId: string | null;
  waiting: number;
  /** Since when nobody waits for the open question. */
  idleSince: number;
}

const choices = [
  { id: "allow", label: "✅ Allow" },
  { id: "deny", label: "⛔ Deny" },
] as const;
/** Programs give up after some seconds and are run again: the question outlives them a little. */
const idleMs = 60_000;
const mostRounds = 10;
const stopping = "Praktor stops now; try again in a minute";
const unanswered = "nobody answered. Say what it was needed for";
/** What expires is looked for every few seconds. */
const slackMs = 60_000;

export class HostApprovals implements Disposable {
  readonly #options: HostApprovalsOptions;
  /** By turn. */
  readonly #answers = new Map<string, Answers>();
  readonly #stopping = new AbortController();

  constructor(options: HostApprovalsOptions) {
    this.#options = options;
  }

  /**
   * Waits until people have answered. `groupId`: the sandbox's, as its token proves; `place`: as the group's rules write it. Which of
   * several turns reaches out cannot be told: it is asked in the newest, and what was said in one of them holds for all. Rejects
   * only when the signal aborts: then nobody waits for it any more.
   */
  async ask(groupId: string, place: string, signal: AbortSignal): Promise<HostAnswer> {
    // A program may make thousands of connections; only those that wait need a deadline.
    const known = this.#answerFor(groupId, place);
    if (known) return known;
    const until = deadline(AbortSignal.any([signal, this.#stopping.signal]), this.#options.patienceMs + slackMs);
    try {
      for (;;) {
        if (this.#stopping.signal.aborted) return this.#refused(groupId, place, stopping);
        const turn = this.#turnFor(groupId, place);
        if (!turn) return this.#refused(groupId, place, "people are asked only while a turn of this group runs");
        const answer = await this.#askIn(turn, place, until);
        if (answer) return answer;
      }
    } catch (error) {
      signal.throwIfAborted();
      if (this.#stopping.signal.aborted) return this.#refused(groupId, place, stopping);
      if (until.aborted) return this.#refused(groupId, place, unanswered);
      this.#options.logger.warn(
        { group: groupId, error: errorMessage(error) },
        "people could not be asked about a host",
      );
      return this.#refused(groupId, place, `people could not be asked: ${errorMessage(error)}`);
    }
  }

  /** What was allowed in it is so no more. */
  turnEnded(turnId: string): void {
    this.#answers.get(turnId)?.over.abort();
    this.#answers.delete(turnId);
  }

  /** For every few seconds: takes back questions for whose answers nobody has waited for a while. */
  async tidy(): Promise<void> {
    const { approvals, clock, running } = this.#options;
    for (const [turnId, { attempt, places }] of this.#answers) {
      if (running.get(turnId)?.turn.attempt !== attempt) {
        this.turnEnded(turnId);
        continue;
      }
      for (const state of places.values()) {
        const id = state.openId;
        if (id === null || state.waiting > 0 || clock.now() - state.idleSince < idleMs) continue;
        await approvals.withdraw(id);
        if (state.openId === id) state.openId = null;
      }
    }
  }

  /** Whoever waits is told that Praktor stops. */
  [Symbol.dispose](): void {
    this.#stopping.abort();
    for (const turnId of this.#answers.keys()) this.turnEnded(turnId);
  }

  #turnFor(groupId: string, place: string): Turn | null {
    const turns = this.#options.running.of(groupId).map(({ turn }) => turn);
    const asked = turns.find((turn) => {
      const answers = this.#answers.get(turn.id);
      return answers?.attempt === turn.attempt && answers.places.has(place);
    });
    return asked ?? turns.at(-1) ?? null;
  }

  #answerFor(groupId: string, place: string): HostAnswer | null {
    const turn = this.#turnFor(groupId, place);
    const answers = turn && this.#answers.get(turn.id);
    return answers?.attempt === turn?.attempt ? (answers?.places.get(place)?.answer ?? null) : null;
  }

  /** Null: the question is void, and is to be asked anew. */
  async #askIn(turn: Turn, place: string, signal: AbortSignal): Promise<HostAnswer | null> {
    const answers = this.#answersIn(turn);
    const state = answers.places.get(place) ?? { answer: null, round: 0, openId: null, waiting: 0, idleSince: 0 };
    answers.places.set(place, state);
    if (state.answer) return state.answer;
    state.waiting += 1;
    try {
      const approval = await this.#settledIn(turn, place, state, signal);
      // Another connection may have heard it first.
      return (state.answer ??= this.#answerOf(turn, place, approval, state, answers.over.signal));
    } finally {
      state.waiting -= 1;
      state.idleSince = this.#options.clock.now();
    }
  }

  async #settledIn(turn: Turn, place: string, state: PlaceState, signal: AbortSignal): Promise<Approval> {
    const { approvals, patienceMs } = this.#options;
    const { id: turnId, attempt, groupId, conversationId } = turn;
    const asked = await approvals.askPerson({
      groupId,
      conversationId,
      turnId,
      key: `host:${turnId}:${attempt}:${place}:${state.round}`,
      question: `🔐 May the agent reach this host until its turn ends?\n\n${shownInput(place)}\n\nWhat it sends there is not looked at.`,
      choices,
      patienceMs,
    });
    if (asked.state !== "open") return asked;
    state.openId = asked.id;
    // It may have ended while it was asked, after its questions were made void.
    if (!this.#runs(turn)) await approvals.withdraw(asked.id);
    const settled = await approvals.settled(asked.id, signal);
    if (state.openId === asked.id) state.openId = null;
    return settled;
  }

  #answerOf(
    { groupId }: Turn,
    place: string,
    approval: Approval,
    state: PlaceState,
    until: AbortSignal,
  ): HostAnswer | null {
    switch (approval.state) {
      case "chosen":
        if (approval.choice !== "allow") return this.#refused(groupId, place, "a person was asked and said no");
        this.#note(groupId, place, "ok", null);
        return { type: "allowed", until };
      case "expired":
        return this.#refused(groupId, place, unanswered);
      case "void":
        if (approval.key.endsWith(`:${state.round}`)) state.round += 1;
        return state.round < mostRounds
          ? null
          : this.#refused(groupId, place, `people were asked ${mostRounds} times, and nobody waited for their answer`);
      case "open":
        return null;
      default:
        return approval.state satisfies never;
    }
  }

  #answersIn({ id, attempt }: Turn): Answers {
    const known = this.#answers.get(id);
    if (known?.attempt === attempt) return known;
    known?.over.abort();
    // One listener for each connection that a yes has opened.
    const over = new AbortController();
    setMaxListeners(0, over.signal);
    const answers: Answers = { attempt, over, places: new Map() };
    this.#answers.set(id, answers);
    return answers;
  }

  #runs({ id, attempt }: Turn): boolean {
    return this.#options.running.get(id)?.turn.attempt === attempt;
  }

  #refused(groupId: string, place: string, why: string): HostAnswer {
    this.#note(groupId, place, "refused", why);
    return {
      type: "refused",
      reason: `${place} is reached only after a person's yes, and ${why}. Do not look for a way around it.`,
    };
  }

  #note(groupId: string, place: string, outcome: "ok" | "refused", detail: string | null): void {
    const actor = { type: "agent", id: groupId } as const;
    this.#options.audit.record({ actor, action: "host.reach", outcome, groupId, target: place, detail });
  }
}
