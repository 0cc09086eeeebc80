/** The turns that run now, in memory: what they have said so far, and how many each group has. The store knows their state; this is only the live view. */
import type { LiveOutput } from "@praktor/protocol/agent-output";
import type { TurnView } from "@praktor/protocol/rest";
import type { Turn } from "../store/rows.ts";

export type LiveTool = TurnView["tools"][number];

export interface RunningTurn {
  turn: Turn;
  /** True until the runner has accepted it: then the dispatcher alone decides what becomes of it. */
  dispatching: boolean;
  text: string;
  nextIndex: number;
  tools: LiveTool[];
  /** How much was streamed in this attempt, in UTF-16 units. */
  streamedUnits: number;
  /** How much of what its tools took and gave is kept, in UTF-16 units. */
  keptUnits: number;
  noticed: Set<string>;
}

/** A live view longer than this is cut at its front: the answer itself comes whole with the result. */
const maxTextLength = 200_000;
const maxTools = 500;
/** Ten times what a model says in its longest answer. Whoever streams more is not shown any further. */
const maxStreamedUnits = 4_000_000;
/** A thousand tool calls of the longest kind: a turn that does more keeps only that it did. */
const maxKeptUnits = 8_000_000;
/** More than run at once, so that a call that ends late still finds its turn. */
const maxSessions = 1_000;

export class RunningTurns {
  readonly #turns = new Map<string, RunningTurn>();
  /** By Claude's session, the last turn that ran in it, in the order in which they began. */
  readonly #sessions = new Map<string, Turn>();

  begin(turn: Turn, dispatching: boolean): RunningTurn {
    const running: RunningTurn = {
      turn,
      dispatching,
      text: "",
      nextIndex: 0,
      tools: [],
      streamedUnits: 0,
      keptUnits: 0,
      noticed: new Set(),
    };
    this.#turns.set(turn.id, running);
    return running;
  }

  /** The turn runs in this session: what it asks of the model is then known as its own. */
  inSession(turnId: string, sessionId: string): void {
    const turn = this.#turns.get(turnId)?.turn;
    if (!turn) return;
    this.#sessions.delete(sessionId);
    this.#sessions.set(sessionId, turn);
    const [oldest] = this.#sessions.keys();
    if (this.#sessions.size > maxSessions && oldest !== undefined) this.#sessions.delete(oldest);
  }

  /**
   * The turn of a model call, also when it ended just before the call did. A sandbox can name any session: only one of its own
   * group counts, and without one the group's only turn. Null where that cannot be told.
   */
  ofSession(groupId: string, sessionId: string | null): Turn | null {
    const known = sessionId === null ? undefined : this.#sessions.get(sessionId);
    if (known?.groupId === groupId) return known;
    const [only, ...others] = this.of(groupId);
    return only && others.length === 0 ? only.turn : null;
  }

  get(turnId: string): RunningTurn | undefined {
    return this.#turns.get(turnId);
  }

  end(turnId: string): void {
    this.#turns.delete(turnId);
  }

  of(groupId: string): RunningTurn[] {
    return [...this.#turns.values()].filter((running) => running.turn.groupId === groupId);
  }

  all(): RunningTurn[] {
    return [...this.#turns.values()];
  }

  get size(): number {
    return this.#turns.size;
  }

  /** Whether a piece is of a turn of that group, in the attempt that runs, and not more than anybody would look at. */
  hears(groupId: string, output: LiveOutput): boolean {
    const running = this.#turns.get(output.turnId);
    if (running?.turn.groupId !== groupId || running.turn.attempt !== output.attempt) return false;
    running.streamedUnits += output.content.length;
    return running.streamedUnits <= maxStreamedUnits;
  }

  /** A piece that came before or twice is left out; a gap is accepted: live text may be lost. Returns whether it was news. */
  append(output: LiveOutput): boolean {
    const running = this.#turns.get(output.turnId);
    if (!running || running.turn.attempt !== output.attempt) return false;
    if (output.type === "thinking") return true;
    if (output.index < running.nextIndex) return false;
    running.nextIndex = output.index + 1;
    running.text = (running.text + output.content).slice(-maxTextLength);
    return true;
  }

  /** What was streamed is void. The index goes on. */
  restart(turnId: string): void {
    const running = this.#turns.get(turnId);
    if (running) running.text = "";
  }

  /** Whether that much more of the turn's details is kept. */
  keeps(turnId: string, units: number): boolean {
    const running = this.#turns.get(turnId);
    if (!running) return true;
    running.keptUnits += units;
    return running.keptUnits <= maxKeptUnits;
  }

  isFirstNotice(turnId: string, code: string): boolean {
    const noticed = this.#turns.get(turnId)?.noticed;
    if (!noticed || noticed.has(code)) return false;
    noticed.add(code);
    return true;
  }

  tool(turnId: string, tool: LiveTool): void {
    const running = this.#turns.get(turnId);
    if (!running) return;
    const known = running.tools.find((other) => other.id === tool.id);
    if (known) Object.assign(known, { ...tool, input: tool.input ?? known.input });
    else if (running.tools.length < maxTools) running.tools.push(tool);
  }
}
