/** Turns, inbox and outbox as a model small enough to be seen to be right, and the commands that compare the store with it. */
import * as fc from "fast-check";
import { expect } from "vitest";
import { DAY_MS, failedOf, resultOf, textPart, type TestClock } from "./contract-fixture.ts";
import type { Store } from "./contract.ts";
import type { Turn } from "./rows.ts";

interface ModelTurn {
  id: string;
  chat: number;
  kind: string;
  state: "queued" | "running" | "ended";
  attempt: number;
  tries: number;
  interrupted: boolean;
  notBefore: number;
  messages: number;
}

interface ModelPart {
  /** Known from when it is first taken. */
  id: number;
  text: string;
  isEdit: boolean;
  state: "pending" | "sending" | "sent" | "failed" | "uncertain";
  attempts: number;
  repeated: boolean;
  notBefore: number;
}

/** Turns and parts in the order in which they were made; chats share nothing. */
export interface Model {
  clock: TestClock;
  turns: ModelTurn[];
  parts: ModelPart[][];
  holds: number[];
  updates: Set<number>;
  answers: number;
}

export interface Real {
  store: Store;
  chats: { groupId: string; conversationId: string; chatKey: string }[];
}

type Command = fc.AsyncCommand<Model, Real>;

export const CHATS = 2;

function command(name: string, run: (model: Model, real: Real) => Promise<void>): Command {
  return {
    check: () => true,
    toString: () => name,
    run: async (model, real) => {
      await run(model, real);
      await compare(model, real);
    },
  };
}

const receive = (chat: number, updateId: number, kind: string): Command =>
  command(`receive(${chat}, ${updateId}, ${kind})`, async (model, { store, chats }) => {
    const outcome = await store.inbox.receive({
      source: "telegram",
      updateId,
      message: { conversationId: chats[chat]!.conversationId, sender: `${kind}:1`, content: `${updateId}` },
    });
    expect(outcome.type).toBe(model.updates.has(updateId) ? "duplicate" : "received");
    model.updates.add(updateId);
    if (outcome.type === "duplicate" || !outcome.received) return;
    const last = model.turns.findLast((turn) => turn.chat === chat && turn.state === "queued");
    if (last && last.attempt === 0 && last.kind === kind && last.messages < 20) {
      last.messages += 1;
      expect(outcome.received.turn.id).toBe(last.id);
      return;
    }
    const id = outcome.received.turn.id;
    expect(model.turns.map((turn) => turn.id)).not.toContain(id);
    model.turns.push({
      id,
      chat,
      kind,
      state: "queued",
      attempt: 0,
      tries: 0,
      interrupted: false,
      notBefore: 0,
      messages: 1,
    });
  });

const claim = (chat: number): Command =>
  command(`claim(${chat})`, async (model, { store, chats }) => {
    const expected = nextTurn(model, chat);
    const conversationId = chats[chat]!.conversationId;
    const turn = await store.turns.claim({ conversationId, epoch: 1, deadlineAt: model.clock.now() + DAY_MS });
    expect(turn?.id).toBe(expected?.id);
    if (!expected) return;
    Object.assign(expected, {
      state: "running",
      attempt: expected.attempt + 1,
      tries: expected.tries + 1,
      notBefore: 0,
    });
  });

/** A result or a failure, of this attempt or of the one before it. */
const finish = (chat: number, how: "succeed" | "fail", attemptsBack: number): Command =>
  command(`${how}(${chat}, ${attemptsBack})`, async (model, { store, chats }) => {
    const target = model.turns.findLast((turn) => turn.chat === chat && turn.attempt > 0);
    if (!target) return;
    const turn = await store.turns.get(target.id);
    if (!turn) throw new Error("a turn is missing");
    const told: Turn = { ...turn, attempt: Math.max(1, turn.attempt - attemptsBack) };
    const text = `answer ${model.answers++}`;
    const parts = [textPart(`${text} a`), textPart(`${text} b`, "77")];
    let isApplied: boolean;
    if (how === "succeed") {
      const { outcome } = await store.turns.succeed(chats[chat]!.groupId, resultOf(told), parts);
      isApplied = outcome === "applied";
    } else {
      const end = { turnId: told.id, state: "failed", code: "lost", error: "", explanation: text, parts } as const;
      isApplied = (await store.turns.end({ ...end, fact: failedOf(told, 8) })) !== null;
    }
    const isOpen = how === "succeed" ? target.state === "running" : target.state !== "ended";
    expect(isApplied).toBe(isOpen && told.attempt === target.attempt);
    if (!isApplied) return;
    target.state = "ended";
    for (const isEdit of [false, true]) {
      model.parts[chat]!.push({
        id: 0,
        text: `${text} ${isEdit ? "b" : "a"}`,
        isEdit,
        state: "pending",
        attempts: 0,
        repeated: false,
        notBefore: 0,
      });
    }
  });

const requeue = (chat: number, interrupted: boolean, countAttempt: boolean, delayMs: number): Command =>
  command(`requeue(${chat}, ${interrupted}, ${countAttempt}, ${delayMs})`, async (model, { store }) => {
    const running = model.turns.find((turn) => turn.chat === chat && turn.state === "running");
    const target = running ?? model.turns.find((turn) => turn.chat === chat);
    if (!target) return;
    const notBefore = model.clock.now() + delayMs;
    const again = { interrupted, countAttempt, notBefore, error: null };
    expect((await store.turns.requeue(target.id, target.attempt, again)) !== null).toBe(running !== undefined);
    if (!running) return;
    running.state = "queued";
    running.notBefore = notBefore;
    running.interrupted ||= interrupted;
    if (!countAttempt) running.tries -= 1;
  });

const take = (chat: number): Command =>
  command(`take(${chat})`, async (model, { store, chats }) => {
    const expected = nextPart(model, chat);
    const part = await store.outbox.take(chats[chat]!.chatKey);
    expect(part?.body.type === "text" ? part.body.plain : undefined).toBe(expected?.text);
    if (!expected) return;
    expected.id = part?.id ?? 0;
    expected.state = "sending";
    expected.attempts += 1;
    expect(part).toMatchObject({ attempts: expected.attempts, repeated: expected.repeated });
  });

const settle = (chat: number, how: "sent" | "failed" | "retry" | "uncertain", delayMs: number): Command =>
  command(`${how}(${chat}, ${delayMs})`, async (model, { store }) => {
    const part = model.parts[chat]!.find((part) => part.state === "sending");
    if (!part) return;
    const { id } = part;
    const notBefore = model.clock.now() + delayMs;
    switch (how) {
      case "sent":
        await store.outbox.sent(id, "1");
        part.state = "sent";
        break;
      case "failed":
        await store.outbox.failed(id, "e");
        part.state = "failed";
        break;
      case "retry":
        await store.outbox.retry(id, { notBefore, error: "e" });
        Object.assign(part, { state: "pending", notBefore });
        break;
      case "uncertain":
        await store.outbox.uncertain(id, "e", notBefore);
        loseSight(part, notBefore);
        break;
      default:
        how satisfies never;
    }
  });

const hold = (chat: number, delayMs: number): Command =>
  command(`hold(${chat}, ${delayMs})`, async (model, { store, chats }) => {
    const until = model.clock.now() + delayMs;
    await store.outbox.holdChat(chats[chat]!.chatKey, until);
    model.holds[chat] = Math.max(model.holds[chat] ?? 0, until);
  });

const recover = (): Command =>
  command("recover()", async (model, { store }) => {
    const sending = model.parts.flat().filter((part) => part.state === "sending");
    expect(await store.outbox.recover()).toBe(sending.length);
    for (const part of sending) sendOnceMore(part, model.clock.now());
  });

const advance = (byMs: number): Command =>
  command(`advance(${byMs})`, async (model) => {
    model.clock.advance(byMs);
  });

const chats = fc.nat({ max: CHATS - 1 });
const delays = fc.constantFrom(0, 50, 200);

export const commands: fc.Arbitrary<Command>[] = [
  fc.tuple(chats, fc.nat({ max: 60 }), fc.constantFrom("user", "scheduler")).map((args) => receive(...args)),
  chats.map(claim),
  fc
    .tuple(chats, fc.constantFrom("succeed" as const, "fail" as const), fc.constantFrom(0, 0, 0, 1))
    .map((args) => finish(...args)),
  fc.tuple(chats, fc.boolean(), fc.boolean(), delays).map((args) => requeue(...args)),
  chats.map(take),
  fc
    .tuple(chats, fc.constantFrom("sent" as const, "failed" as const, "retry" as const, "uncertain" as const), delays)
    .map((args) => settle(...args)),
  fc.tuple(chats, delays).map((args) => hold(...args)),
  fc.constant(recover()),
  delays.map(advance),
];

function nextTurn(model: Model, chat: number): ModelTurn | undefined {
  const open = model.turns.filter((turn) => turn.chat === chat && turn.state !== "ended");
  const first = open.find((turn) => turn.state === "queued");
  const isBusy = open.some((turn) => turn.state === "running");
  return first && !isBusy && first.notBefore <= model.clock.now() ? first : undefined;
}

function nextPart(model: Model, chat: number): ModelPart | undefined {
  const first = model.parts[chat]!.find((part) => part.state === "pending" || part.state === "sending");
  if (!first || first.state === "sending") return undefined;
  return Math.max(first.notBefore, model.holds[chat] ?? 0) <= model.clock.now() ? first : undefined;
}

function loseSight(part: ModelPart, notBefore: number): void {
  if (!part.isEdit && part.repeated) part.state = "uncertain";
  else sendOnceMore(part, notBefore);
}

function sendOnceMore(part: ModelPart, notBefore: number): void {
  Object.assign(part, { state: "pending", notBefore, repeated: !part.isEdit });
}

/** What every observer of the store sees is what the model says. */
async function compare(model: Model, { store, chats }: Real): Promise<void> {
  const open = model.turns.filter((turn) => turn.state !== "ended");
  expect(await store.turns.open()).toMatchObject(
    open.map(({ id, state, attempt, tries, interrupted }) => ({ id, state, attempt, tries, interrupted })),
  );
  const indexes = chats.map((_, chat) => chat);
  const runnable = new Set(indexes.map((chat) => nextTurn(model, chat)));
  const inOrder = model.turns.filter((turn) => runnable.has(turn));
  expect((await store.turns.runnable()).map((next) => next.conversationId)).toEqual(
    inOrder.map((turn) => chats[turn.chat]!.conversationId),
  );
  const ready = indexes.filter((chat) => nextPart(model, chat));
  expect((await store.outbox.ready("telegram")).map((next) => next.chatKey).toSorted()).toEqual(
    ready.map((chat) => chats[chat]!.chatKey),
  );
  for (const turn of model.turns.slice(-1)) {
    const said = (await store.messages.byTurn(turn.id)).filter((message) => message.sender.includes(":")).length;
    expect(said).toBe(turn.messages);
  }
}
