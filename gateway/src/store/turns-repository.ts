/** Turns in SQLite: each method is one step of the state machine `queued → running → succeeded | failed | cancelled`. */
import { sql } from "kysely";
import type { FactOutput } from "@praktor/protocol/agent-output";
import type { Clock } from "../kit/clock.ts";
import { claimTurn } from "./claim-turn.ts";
import type { NewOutboxPart } from "./contract/outbox-store.ts";
import type { FactOutcome, TurnStore } from "./contract/turn-store.ts";
import { conversationTarget, storeSession } from "./conversations-repository.ts";
import type { Database, Queries } from "./database.ts";
import type { Turn, TurnEvent } from "./rows.ts";
import { speak } from "./spoken.ts";
import { currentEvents, placeFact, storeFact, workOf } from "./turn-events.ts";
import { nextWaitingTurn, openTurns, runnableConversations } from "./turn-queue.ts";
import { findTurn, toTurn } from "./turn-rows.ts";

export class TurnsRepository implements TurnStore {
  readonly #database: Database;
  readonly #clock: Clock;

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  get(id: string): Promise<Turn | null> {
    return this.#database.read(`read the turn ${id}`, async (queries) => {
      const row = await findTurn(queries, id);
      return row ? toTurn(row) : null;
    });
  }

  open(groupId?: string): Promise<Turn[]> {
    return this.#database.read("list the open turns", (queries) => openTurns(queries, groupId));
  }

  runnable(): ReturnType<TurnStore["runnable"]> {
    return this.#database.read("find the next turns", (queries) => runnableConversations(queries, this.#clock.now()));
  }

  nextWakeUp(): Promise<number | null> {
    return this.#database.read("find the next waiting turn", (queries) => nextWaitingTurn(queries, this.#clock.now()));
  }

  claim(claim: Parameters<TurnStore["claim"]>[0]): Promise<Turn | null> {
    const now = this.#clock.now();
    return this.#database.write(`claim a turn of the conversation ${claim.conversationId}`, async (queries) => {
      const row = await claimTurn(queries, claim, now);
      return row ? toTurn(row) : null;
    });
  }

  assign(turnId: string, attempt: number, generation: number): Promise<void> {
    return this.#database.write(`assign the turn ${turnId} to a sandbox`, async (queries) => {
      await runningAttempt(queries, turnId, attempt).set({ sandbox_generation: generation }).execute();
    });
  }

  accepted(turnId: string, attempt: number): Promise<void> {
    const now = this.#clock.now();
    return this.#database.write(`store that the turn ${turnId} was accepted`, async (queries) => {
      await runningAttempt(queries, turnId, attempt)
        .set({ accepted_at: sql`coalesce(accepted_at, ${now})` })
        .execute();
    });
  }

  adopt(turnId: string, epoch: number): Promise<void> {
    return this.#database.write(`take over the turn ${turnId}`, async (queries) => {
      await queries
        .updateTable("turns")
        .set({ lease_epoch: epoch })
        .where("id", "=", turnId)
        .where("state", "=", "running")
        .execute();
    });
  }

  place(groupId: string, fact: FactOutput): ReturnType<TurnStore["place"]> {
    return this.#database.read(`look what a fact of the turn ${fact.turnId} is`, async (queries) =>
      placeFact(queries, groupId, fact, await findTurn(queries, fact.turnId)),
    );
  }

  record(groupId: string, fact: Parameters<TurnStore["record"]>[1]): Promise<FactOutcome> {
    return this.#database.write(`store an event of the turn ${fact.turnId}`, async (queries) => {
      const turn = await findTurn(queries, fact.turnId);
      const place = await placeFact(queries, groupId, fact, turn);
      if (place !== "current") return place;
      await storeFact(queries, fact, this.#clock.now());
      if (turn && fact.type === "started") await storeSession(queries, turn, fact.sessionId);
      return "applied";
    });
  }

  succeed(
    groupId: string,
    fact: Extract<FactOutput, { type: "result" }>,
    parts: NewOutboxPart[],
  ): ReturnType<TurnStore["succeed"]> {
    const now = this.#clock.now();
    return this.#database.write(`store the answer of the turn ${fact.turnId}`, async (queries) => {
      const turn = await findTurn(queries, fact.turnId);
      const outcome = await placeFact(queries, groupId, fact, turn);
      if (outcome !== "current") return { outcome };
      await storeFact(queries, fact, now);
      if (turn) await storeSession(queries, turn, fact.sessionId);
      const target = await conversationTarget(queries, fact.conversationId);
      const spoken = { turnId: fact.turnId, role: "assistant", content: fact.content, parts } as const;
      const message = await speak(queries, target, spoken, now);
      const row = await queries
        .updateTable("turns")
        .set({
          state: "succeeded",
          error_code: null,
          error: null,
          finished_at: now,
          usage: JSON.stringify(fact.usage),
        })
        .where("id", "=", fact.turnId)
        .returningAll()
        .executeTakeFirstOrThrow();
      return { outcome: "applied", turn: toTurn(row), message };
    });
  }

  end(end: Parameters<TurnStore["end"]>[0]): ReturnType<TurnStore["end"]> {
    const { turnId, fact } = end;
    const attempt = end.attempt ?? fact?.attempt;
    const now = this.#clock.now();
    return this.#database.write(`end the turn ${turnId}`, async (queries) => {
      const turn = await findTurn(queries, turnId);
      if (!turn || turn.finished_at !== null || (attempt !== undefined && turn.attempt !== attempt)) return null;
      if (fact) await storeFact(queries, fact, now);
      if (fact?.sessionId !== undefined) await storeSession(queries, turn, fact.sessionId);
      const target = await conversationTarget(queries, turn.conversation_id);
      const spoken = {
        turnId,
        role: "notice",
        content: end.explanation,
        metadata: { turnState: end.state, code: end.code },
        parts: end.parts,
      } as const;
      const message = await speak(queries, target, spoken, now);
      const row = await queries
        .updateTable("turns")
        .set({
          state: end.state,
          error_code: end.code,
          error: end.error,
          not_before: null,
          finished_at: now,
          usage: fact?.usage ? JSON.stringify(fact.usage) : null,
        })
        .where("id", "=", turnId)
        .returningAll()
        .executeTakeFirstOrThrow();
      return { turn: toTurn(row), message };
    });
  }

  requeue(turnId: string, attempt: number, again: Parameters<TurnStore["requeue"]>[2]): Promise<Turn | null> {
    return this.#database.write(`queue the turn ${turnId} again`, async (queries) => {
      const row = await runningAttempt(queries, turnId, attempt)
        .set({
          state: "queued",
          lease_epoch: null,
          sandbox_generation: null,
          accepted_at: null,
          deadline_at: null,
          not_before: again.notBefore,
          error: again.error,
        })
        .$if(again.interrupted, (update) => update.set({ interrupted: 1 }))
        .$if(!again.countAttempt, (update) => update.set({ tries: sql`tries - 1` }))
        .returningAll()
        .executeTakeFirst();
      return row ? toTurn(row) : null;
    });
  }

  requestCancel(turnId: string): Promise<Turn | null> {
    return this.#database.write(`cancel the turn ${turnId}`, async (queries) => {
      const row = await queries
        .updateTable("turns")
        .set({ cancel_requested: 1 })
        .where("id", "=", turnId)
        .where("finished_at", "is", null)
        .returningAll()
        .executeTakeFirst();
      return row ? toTurn(row) : null;
    });
  }

  events(turnId: string): Promise<TurnEvent[]> {
    return this.#database.read(`read the events of the turn ${turnId}`, (queries) => currentEvents(queries, turnId));
  }

  work(turnIds: readonly string[]): ReturnType<TurnStore["work"]> {
    return this.#database.read("add up what turns did", (queries) => workOf(queries, turnIds));
  }
}

function runningAttempt(queries: Queries, turnId: string, attempt: number) {
  return queries
    .updateTable("turns")
    .where("id", "=", turnId)
    .where("attempt", "=", attempt)
    .where("state", "=", "running");
}
