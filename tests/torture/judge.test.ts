import { describe, expect, test } from "vitest";
import type { Evidence, Stored, StoredPart } from "./evidence.ts";
import { faultsOf, judge } from "./judge.ts";

const chatId = 7;

/** A chat whose messages were each answered by one part, at the second of its number. */
function goodRun(messages: number): Evidence & { stored: Stored } {
  const numbers = Array.from({ length: messages }, (_, index) => index + 1);
  return {
    said: numbers.map((number) => ({ chatId, number, at: number * 1000 })),
    heard: numbers.map((number) => ({
      chatId,
      messageId: number,
      at: number * 1000 + 500,
      text: token(number),
      deleted: false,
    })),
    cuts: [],
    stored: {
      integrity: "ok",
      turns: numbers.map((number) => ({
        id: `t${number}`,
        state: "succeeded",
        attempt: 1,
        accepted: true,
        errorCode: null,
        results: 1,
      })),
      messages: numbers.flatMap((number) => [
        { id: number * 2 - 1, turnId: `t${number}`, role: "user", content: `note ${token(number)}` },
        { id: number * 2, turnId: `t${number}`, role: "assistant", content: token(number) },
      ]),
      parts: numbers.map((number) => part(number)),
    },
  };
}

function token(number: number): string {
  return `c${chatId}m${number}`;
}

function part(number: number, change: Partial<StoredPart> = {}): StoredPart {
  const usual = { id: number, messageId: number * 2, chatId, state: "sent", externalId: String(number) };
  return { ...usual, repeated: false, plain: token(number), ...change };
}

function heard(messageId: number, text: string, at: number) {
  return { chatId, messageId, at, text, deleted: false };
}

/** The kinds of faults that were found. */
function found(evidence: Evidence): string[] {
  return faultsOf(judge(evidence)).flatMap(([name, cases]) => (cases.length > 0 ? [name] : []));
}

describe("the checker", () => {
  test("finds nothing in a good run", () => {
    expect(found(goodRun(3))).toEqual([]);
    expect(judge(goodRun(3))).toMatchObject({ answered: 3, repeats: 0 });
  });

  test("sees a message that nobody answered", () => {
    const run = goodRun(3);
    expect(found({ ...run, heard: run.heard.slice(0, 2) })).toEqual(["lost", "unsettled"]);
  });

  test("takes an explanation that arrived for an end, and none that did not", () => {
    const run = goodRun(2);
    const turns = run.stored.turns.map((turn) => (turn.id === "t2" ? { ...turn, state: "failed", results: 0 } : turn));
    const messages = run.stored.messages.map((message) =>
      message.id === 4 ? { ...message, role: "notice", content: "Sorry." } : message,
    );
    const parts = [part(1), part(2, { plain: "Sorry." })];
    const stored = { ...run.stored, turns, messages, parts };
    const answers = run.heard.slice(0, 1);
    const explained = { ...run, stored, heard: [...answers, heard(2, "Sorry.", 2_500)] };
    expect(found(explained)).toEqual([]);
    expect(judge(explained)).toMatchObject({ answered: 1, explained: 1 });
    expect(found({ ...run, stored, heard: answers })).toEqual(["lost", "unsettled"]);
  });

  test("what a failed turn had said is no answer: the next one may say it again, and nobody may say another chat's", () => {
    const run = goodRun(3);
    const failed = new Set<string | null>(["t1", "t2"]);
    const turns = run.stored.turns.map((turn) =>
      failed.has(turn.id) ? { ...turn, state: "failed", results: 0 } : turn,
    );
    const partial = `${token(1)}\n\nSorry.`;
    const messages = run.stored.messages.map((message) =>
      message.role === "assistant" && failed.has(message.turnId)
        ? { ...message, role: "notice", content: partial }
        : message,
    );
    const parts = [part(1, { plain: partial }), part(2, { plain: partial }), part(3)];
    const stored = { ...run.stored, turns, messages, parts };
    const last = heard(3, `${token(1)} ${token(2)} ${token(3)}`, 3_500);
    const both = [heard(1, partial, 1_500), heard(2, partial, 2_500)];
    expect(found({ ...run, stored, heard: [...both, last] })).toEqual([]);
    expect(judge({ ...run, stored, heard: [...both, heard(3, token(3), 3_500)] })).toMatchObject({
      answered: 1,
      explained: 2,
    });
    expect(found({ ...run, stored, heard: [...both, last, heard(4, token(1), 4_000)] })).toEqual(["duplicated"]);
    const foreign = { ...stored, parts: [part(1, { plain: "c8m1" }), ...parts.slice(1)] };
    const leaked = [heard(1, "c8m1\n\nSorry.", 1_500), ...both.slice(1), last];
    expect(found({ ...run, stored: foreign, heard: leaked })).toEqual(["unexplained"]);
  });

  test("sees answers in the wrong order", () => {
    const run = goodRun(2);
    expect(found({ ...run, heard: [heard(1, token(2), 1), heard(2, token(1), 2)] })).toEqual(["reordered"]);
  });

  test("allows one marked repeat a cut, from a row that says so", () => {
    const run = goodRun(1);
    const again = heard(2, `↻ (may be a repeat)\n${token(1)}`, 3_000);
    const stored = { ...run.stored, parts: [part(1, { externalId: "2", repeated: true })] };
    const repeated = { ...run, stored, heard: [...run.heard, again] };
    expect(found({ ...repeated, cuts: [2_000] })).toEqual([]);
    expect(judge({ ...repeated, cuts: [2_000] })).toMatchObject({ repeats: 1, marked: 1 });
    expect(found(repeated)).toEqual(["duplicated"]);
    expect(found({ ...repeated, heard: [...run.heard, { ...again, text: token(1) }], cuts: [2_000] })).toEqual([
      "duplicated",
    ]);
    expect(found({ ...repeated, stored: run.stored, cuts: [2_000] })).toEqual(["duplicated"]);
    const takenAndCutTwice = part(1, { state: "uncertain", externalId: null, repeated: true });
    expect(found({ ...repeated, stored: { ...run.stored, parts: [takenAndCutTwice] }, cuts: [2_000] })).toEqual([]);
  });

  test("sees words that nothing explains, and answers to another chat", () => {
    const run = goodRun(1);
    expect(found({ ...run, heard: [...run.heard, heard(2, "Boo", 2)] })).toEqual(["unexplained"]);
    expect(found({ ...run, heard: [...run.heard, heard(2, "c8m1", 2)] })).toEqual(["unexplained"]);
  });

  test("leaves a status of a turn at work out of it, and counts those that stay", () => {
    const run = goodRun(1);
    const status = heard(2, "⏳ Bash · 1 min 02 s", 2);
    expect(found({ ...run, heard: [...run.heard, status] })).toEqual([]);
    expect(judge({ ...run, heard: [...run.heard, status] }).standingStatuses).toBe(1);
    expect(judge({ ...run, heard: [...run.heard, { ...status, deleted: true }] }).standingStatuses).toBe(0);
  });

  test("sees what is stored twice, and what did not come to an end", () => {
    const { stored, ...run } = goodRun(1);
    const [asked, answered] = stored.messages;
    if (!asked || !answered) throw new Error("a good run has messages");
    const twice = (more: Partial<Stored>): string[] => found({ ...run, stored: { ...stored, ...more } });
    expect(twice({ messages: [...stored.messages, { ...asked, id: 9 }] })).toEqual(["committed twice"]);
    expect(twice({ messages: [...stored.messages, { ...answered, id: 9 }] })).toEqual(["committed twice"]);
    expect(twice({ turns: stored.turns.map((turn) => ({ ...turn, results: 2 })) })).toEqual(["committed twice"]);
    expect(twice({ turns: stored.turns.map((turn) => ({ ...turn, state: "running" })) })).toEqual(["unsettled"]);
    expect(twice({ parts: [part(1, { state: "sending", externalId: null })] })).toEqual(["unsettled"]);
    expect(twice({ parts: [part(1, { externalId: "77" })] })).toEqual(["unsettled"]);
    expect(twice({ parts: [part(1, { state: "uncertain", externalId: null })] })).toEqual([]);
    expect(twice({ parts: [part(1, { state: "uncertain", externalId: null, plain: "more" })] })).toEqual(["unsettled"]);
    expect(twice({ integrity: "row 3 missing from index" })).toEqual(["unsettled"]);
  });
});
