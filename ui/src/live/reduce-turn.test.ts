import type { TurnView } from "@praktor/protocol/rest";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { LiveTurn } from "./live-turn.ts";
import { adoptView, reduceTurn, type TurnEvent } from "./reduce-turn.ts";

const AT = "2026-01-01T00:00:00.000Z";
const base = { groupId: "g", conversationId: "c", turnId: "t" };

const queued: TurnEvent = { type: "turn", ...base, state: "queued", attempt: 1, error: null };
const running = (attempt = 1): TurnEvent => ({ type: "turn", ...base, state: "running", attempt, error: null });
const ended = (state: "succeeded" | "failed" | "cancelled"): TurnEvent => ({
  type: "turn",
  ...base,
  state,
  attempt: 1,
  error: state === "failed" ? "no credit" : null,
});
const text = (index: number, content = `${index} `, attempt = 1): TurnEvent => ({
  type: "text",
  ...base,
  attempt,
  index,
  content,
});
const thinking = (index: number): TurnEvent => ({ type: "thinking", ...base, attempt: 1, index, content: "hm " });
const restart: TurnEvent = { type: "restart", ...base, reason: "connection cut" };
const tool = (id: string, phase: "started" | "finished"): TurnEvent =>
  phase === "started"
    ? { type: "tool", ...base, phase, toolUseId: id, name: "Bash", input: '{"command":"ls"}' }
    : { type: "tool", ...base, phase, toolUseId: id, name: "Bash", output: "ok", isError: false, durationMs: 12 };

const play = (events: readonly TurnEvent[], from?: LiveTurn): LiveTurn => {
  let turn = from;
  for (const event of events) turn = reduceTurn(turn, event, AT);
  if (turn === undefined) throw new Error("a test plays at least one event");
  return turn;
};

const said = (turn: LiveTurn): string => turn.blocks.map((block) => (block.type === "text" ? block.text : "")).join("");

const view = (over: Partial<TurnView>): TurnView => ({
  id: "t",
  group_id: "g",
  conversation_id: "c",
  state: "running",
  attempt: 1,
  queued_at: AT,
  started_at: AT,
  text: "",
  next_index: 0,
  tools: [],
  ...over,
});

describe("a turn followed from its beginning", () => {
  test("keeps what was thought, done and said in order", () => {
    const turn = play([queued, running(), thinking(0), text(0), tool("a", "started"), tool("a", "finished"), text(1)]);
    expect(turn.blocks.map((block) => block.type)).toEqual(["thinking", "text", "tool", "text"]);
    expect(turn.blocks[2]).toMatchObject({ input: '{"command":"ls"}', output: "ok", done: true, durationMs: 12 });
  });

  test("counts text and thinking apart, also when they share one index", () => {
    expect(said(play([queued, thinking(0), text(0), thinking(1), text(1)]))).toBe("0 1 ");
  });

  test("takes each piece once however often it comes", () => {
    expect(said(play([queued, running(), text(0), text(1), text(0), text(1), text(2)]))).toBe("0 1 2 ");
  });

  test("a restart voids text and thinking but not the tools, and the stream may begin at 0 again", () => {
    const turn = play([queued, thinking(0), text(0), tool("a", "started"), text(1), restart]);
    expect(turn.blocks.map((block) => block.type)).toEqual(["tool"]);
    expect(turn.restartReason).toBe("connection cut");
    const after = play([text(0, "again")], turn);
    expect(said(after)).toBe("again");
    expect(after.restartReason).toBeNull();
  });

  test("a new attempt begins anew and pieces of the old one are ignored", () => {
    const turn = play([queued, running(), text(0), text(1), running(2), text(2, "old", 1), text(0, "new", 2)]);
    expect(turn.attempt).toBe(2);
    expect(said(turn)).toBe("new");
  });

  test.each(["succeeded", "failed", "cancelled"] as const)("nothing changes a turn that %s", (state) => {
    const turn = play([queued, running(), text(0), ended(state)]);
    const later = play([text(1), tool("a", "started"), running(), ended("succeeded")], turn);
    expect(later).toEqual(turn);
    expect(turn.state).toBe(state);
  });
});

describe("a turn joined in its middle", () => {
  test("puts the snapshot before what streamed in meanwhile", () => {
    const heard = play([text(3), text(4)]);
    const turn = adoptView(heard, view({ text: "0 1 2 3 ", next_index: 4 }));
    expect(said(turn)).toBe("0 1 2 3 4 ");
    expect(said(play([text(4), text(5)], turn))).toBe("0 1 2 3 4 5 ");
  });

  test("a snapshot newer than the stream is not said twice", () => {
    const turn = adoptView(undefined, view({ text: "0 1 2 ", next_index: 3 }));
    expect(said(play([text(1), text(2), text(3)], turn))).toBe("0 1 2 3 ");
  });

  test("brings the tools of both together", () => {
    const heard = play([tool("b", "finished"), tool("c", "started")]);
    const seen = { name: "Bash", input: null, output: null, is_error: false, duration_ms: null, done: false };
    const turn = adoptView(
      heard,
      view({
        tools: [
          { ...seen, id: "a", done: true },
          { ...seen, id: "b" },
        ],
      }),
    );
    expect(turn.blocks).toMatchObject([
      { id: "a", done: true },
      { id: "b", done: true, output: "ok" },
      { id: "c", done: false },
    ]);
  });

  test("a late snapshot does not bring an ended turn back", () => {
    const turn = play([running(), ended("succeeded")]);
    expect(adoptView(turn, view({ text: "0 ", next_index: 1 })).state).toBe("succeeded");
  });

  test("says every piece once and in order, wherever the snapshot falls", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 12 }),
        fc.nat(12),
        fc.nat(12),
        fc.nat(12),
        (pieces, joined, taken, arrives) => {
          const first = Math.min(joined, pieces.length);
          // A page asks for the snapshot after it has begun to listen, so it never ends before the first piece heard.
          const upTo = Math.min(Math.max(taken, first), pieces.length);
          const after = Math.min(Math.max(arrives, first), pieces.length);
          let turn: LiveTurn | undefined;
          const hear = (from: number, to: number): void => {
            for (let index = from; index < to; index++) turn = reduceTurn(turn, text(index, pieces[index]), AT);
          };
          hear(first, after);
          turn = adoptView(turn, view({ text: pieces.slice(0, upTo).join(""), next_index: upTo }));
          hear(after, pieces.length);
          expect(said(turn)).toBe(pieces.join(""));
        },
      ),
    );
  });
});
