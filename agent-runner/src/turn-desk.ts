/** Takes the host's inputs: which turn is accepted, which is known already, which must wait. */
import { AgentInput, type AgentInputReply } from "@praktor/protocol/agent-input";
import { problemWords } from "@praktor/protocol/issue-words";
import type { RunnerStatus } from "@praktor/protocol/agent-control";
import type { TurnKey } from "./fact-body.ts";
import type { Logger } from "./logger.ts";

/** What the desk needs of a turn. `run` never rejects. */
export interface RunnableTurn {
  readonly key: TurnKey;
  run(): Promise<void>;
  interrupt(): void;
  abandon(): void;
}

type TurnState = RunnerStatus["turns"][number];

export interface TurnDeskOptions {
  groupId: string;
  maxTurnsAtOnce: number;
  logger: Logger;
  makeTurn: (input: AgentInput) => RunnableTurn;
}

/** Ended turns that are remembered, so that an input whose acceptance was lost on the way does not run twice. */
const rememberedTurns = 500;

export class TurnDesk implements AsyncDisposable {
  readonly #options: TurnDeskOptions;
  /** By conversation: each runs one turn at a time. */
  readonly #running = new Map<string, { turn: RunnableTurn; done: Promise<void> }>();
  readonly #seen = new Set<string>();
  #stopping = false;

  constructor(options: TurnDeskOptions) {
    this.#options = options;
  }

  get running(): TurnState[] {
    return [...this.#running.values()].map(({ turn }) => turn.key);
  }

  /** Never throws; `text` is whatever arrived. */
  accept(text: string): AgentInputReply {
    const { groupId, maxTurnsAtOnce, logger } = this.#options;
    const input = parseInput(text);
    if (typeof input === "string") {
      logger.warn({ problem: input }, "an input does not parse");
      return { status: "refused", code: "invalid", message: input };
    }
    if (input.groupID !== groupId)
      return { status: "refused", code: "invalid", message: `this sandbox belongs to group ${groupId}` };
    if (this.#seen.has(keyOf(input))) return { status: "duplicate" };
    if (this.#stopping) return { status: "refused", code: "stopping", message: "the sandbox is going down" };
    const busy = this.#running.get(input.conversationId);
    if (busy) {
      // A newer try of the same turn: the host has given the running one up.
      if (busy.turn.key.turnId === input.turnId && busy.turn.key.attempt < input.attempt) busy.turn.abandon();
      return { status: "refused", code: "busy", message: `the conversation runs turn ${busy.turn.key.turnId}` };
    }
    if (this.#running.size >= maxTurnsAtOnce)
      return { status: "refused", code: "busy", message: `${this.#running.size} turns run already` };
    this.#start(input);
    return { status: "accepted" };
  }

  /** False when that turn does not run here. */
  interrupt(turnId: string): boolean {
    const found = this.#find((turn) => turn.turnId === turnId);
    found?.interrupt();
    return found !== undefined;
  }

  /** Ends a turn without a word; nothing happens when it does not run. */
  abandon(key: TurnKey): void {
    this.#find((turn) => turn.turnId === key.turnId && turn.attempt === key.attempt)?.abandon();
  }

  isRunning(conversationId: string): boolean {
    return this.#running.has(conversationId);
  }

  /** Refuses what comes from now on and abandons what runs: the host resumes it elsewhere. */
  stop(): void {
    this.#stopping = true;
    for (const { turn } of this.#running.values()) turn.abandon();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await Promise.all([...this.#running.values()].map(({ done }) => done));
  }

  #start(input: AgentInput): void {
    const turn = this.#options.makeTurn(input);
    this.#seen.add(keyOf(input));
    const [oldest] = this.#seen;
    if (this.#seen.size > rememberedTurns && oldest !== undefined) this.#seen.delete(oldest);
    this.#options.logger.info({ ...turn.key, interrupted: input.interrupted }, "a turn begins");
    const done = turn.run().finally(() => this.#running.delete(input.conversationId));
    this.#running.set(input.conversationId, { turn, done });
  }

  #find(matches: (key: TurnKey) => boolean): RunnableTurn | undefined {
    return [...this.#running.values()].find(({ turn }) => matches(turn.key))?.turn;
  }
}

function keyOf(turn: Pick<TurnKey, "turnId" | "attempt">): string {
  return `${turn.turnId}:${turn.attempt}`;
}

/** The parsed input, or what is wrong with it. */
function parseInput(text: string): AgentInput | string {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return "the input is not JSON";
  }
  const parsed = AgentInput.safeParse(value);
  if (parsed.success) return parsed.data;
  return problemWords(parsed.error, "the input");
}
