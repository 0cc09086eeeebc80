/** The next state of a live turn after an event or a snapshot. Pure, and indifferent to what comes twice. */
import type { PraktorEvent } from "@praktor/protocol/events";
import type { TurnView } from "@praktor/protocol/rest";
import { type Block, isLive, type LiveTurn, type TextBlock, type ToolBlock, toolsOf } from "./live-turn.ts";

export type TurnEvent = Extract<PraktorEvent, { turnId: string }>;

type StreamEvent = Extract<TurnEvent, { type: "text" | "thinking" }>;

/** `turn` after `event`, which happened `at`; the same object when the event brings nothing new. */
export const reduceTurn = (turn: LiveTurn | undefined, event: TurnEvent, at: string): LiveTurn => {
  const known = turn ?? unknownTurn(event, at);
  switch (event.type) {
    case "turn":
      return onState(known, event, at);
    case "text":
    case "thinking":
      return onPiece(known, event, at);
    case "restart":
      return {
        ...known,
        blocks: toolsOf(known),
        next: { text: 0, thinking: 0 },
        joinedAt: null,
        restartReason: event.reason,
      };
    case "tool":
      return isLive(known) ? { ...asRunning(known, at), blocks: withTool(known.blocks, event) } : known;
    case "usage":
      return known;
    default:
      return event satisfies never;
  }
};

/** `turn` after the API's picture of it, which may be older or newer than what the events told. */
export const adoptView = (turn: LiveTurn | undefined, view: TurnView): LiveTurn => {
  if (turn === undefined || turn.attempt < view.attempt) return fromView(view);
  if (turn.attempt > view.attempt || turn.joinedAt === null || !isLive(turn)) return turn;
  const later = turn.joinedAt.filter(({ index }) => index >= view.next_index);
  const text = view.text + later.map(({ content }) => content).join("");
  const fresh = fromView(view);
  return {
    ...fresh,
    restartReason: turn.restartReason,
    next: { text: Math.max(turn.next.text, view.next_index), thinking: turn.next.thinking },
    blocks: [
      ...turn.blocks.filter(({ type }) => type === "thinking"),
      ...mergeTools(toolsOf(fresh), toolsOf(turn)),
      ...textBlock(text),
    ],
  };
};

/** First heard of in its middle, unless the event is its beginning. */
const unknownTurn = (event: TurnEvent, at: string): LiveTurn => ({
  id: event.turnId,
  groupId: event.groupId,
  conversationId: event.conversationId,
  state: event.type === "turn" ? event.state : "running",
  attempt: "attempt" in event ? event.attempt : 1,
  error: null,
  queuedAt: at,
  startedAt: null,
  endedAt: null,
  blocks: [],
  next: { text: 0, thinking: 0 },
  joinedAt: event.type === "turn" && event.state === "queued" ? null : [],
  restartReason: null,
});

const onState = (turn: LiveTurn, event: Extract<TurnEvent, { type: "turn" }>, at: string): LiveTurn => {
  if (event.attempt < turn.attempt) return turn;
  const current = event.attempt > turn.attempt ? anew(turn, event.attempt) : turn;
  switch (event.state) {
    case "queued":
      // Queued again for another attempt is news; a late "queued" of the attempt that already runs is not.
      return current === turn ? turn : { ...current, state: "queued", startedAt: null };
    case "running":
      return isLive(current) ? asRunning(current, at) : current;
    case "succeeded":
    case "failed":
    case "cancelled":
      if (!isLive(current) && current.endedAt !== null) return current;
      return { ...current, state: event.state, error: event.error, endedAt: at };
    default:
      return event.state satisfies never;
  }
};

const onPiece = (turn: LiveTurn, event: StreamEvent, at: string): LiveTurn => {
  if (event.attempt < turn.attempt || !isLive(turn)) return turn;
  const current = event.attempt > turn.attempt ? anew(turn, event.attempt) : turn;
  if (event.index < current.next[event.type]) return current;
  const { index, content } = event;
  return {
    ...asRunning(current, at),
    blocks: withText(current.blocks, event),
    next: { ...current.next, [event.type]: index + 1 },
    restartReason: null,
    joinedAt:
      event.type === "text" && current.joinedAt !== null ? [...current.joinedAt, { index, content }] : current.joinedAt,
  };
};

const asRunning = (turn: LiveTurn, at: string): LiveTurn =>
  turn.state === "running" && turn.startedAt !== null
    ? turn
    : { ...turn, state: "running", startedAt: turn.startedAt ?? at };

/** A new attempt says everything again. */
const anew = (turn: LiveTurn, attempt: number): LiveTurn => ({
  ...turn,
  attempt,
  state: "running",
  error: null,
  startedAt: null,
  endedAt: null,
  blocks: [],
  next: { text: 0, thinking: 0 },
  joinedAt: turn.joinedAt === null ? null : [],
});

const withText = (blocks: readonly Block[], { type, index, content }: StreamEvent): Block[] => {
  const last = blocks.at(-1);
  if (last?.type === type) return [...blocks.slice(0, -1), { ...last, text: last.text + content }];
  return [...blocks, { type, id: `${type}-${index}`, text: content }];
};

const withTool = (blocks: readonly Block[], event: Extract<TurnEvent, { type: "tool" }>): Block[] => {
  const found = blocks.find((block) => block.type === "tool" && block.id === event.toolUseId);
  const before = found?.type === "tool" ? found : undefined;
  const block: ToolBlock = {
    type: "tool",
    id: event.toolUseId,
    name: event.name,
    input: event.input ?? before?.input ?? null,
    output: event.output ?? before?.output ?? null,
    isError: event.isError ?? before?.isError ?? false,
    durationMs: event.durationMs ?? before?.durationMs ?? null,
    done: event.phase === "finished" || before?.done === true,
  };
  return before === undefined ? [...blocks, block] : blocks.map((other) => (other === before ? block : other));
};

const mergeTools = (viewed: ToolBlock[], heard: ToolBlock[]): ToolBlock[] => {
  const news = new Map(heard.map((tool) => [tool.id, tool]));
  const merged = viewed.map((tool) => {
    const other = news.get(tool.id);
    news.delete(tool.id);
    return other?.done === true && !tool.done ? { ...tool, ...other, input: tool.input ?? other.input } : tool;
  });
  return [...merged, ...news.values()];
};

const textBlock = (text: string): TextBlock[] => (text === "" ? [] : [{ type: "text", id: "text-0", text }]);

const fromView = (view: TurnView): LiveTurn => ({
  id: view.id,
  groupId: view.group_id,
  conversationId: view.conversation_id,
  state: view.state,
  attempt: view.attempt,
  error: null,
  queuedAt: view.queued_at,
  startedAt: view.started_at,
  endedAt: null,
  blocks: [
    ...view.tools.map((tool): ToolBlock => ({
      type: "tool",
      id: tool.id,
      name: tool.name,
      input: tool.input,
      output: tool.output,
      isError: tool.is_error,
      durationMs: tool.duration_ms,
      done: tool.done,
    })),
    ...textBlock(view.text),
  ],
  next: { text: view.next_index, thinking: 0 },
  joinedAt: null,
  restartReason: null,
});
