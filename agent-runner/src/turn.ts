/** One turn from its prompt to its result or failure. */
import { longestDetail } from "@praktor/protocol/agent-output";
import { randomUUID } from "node:crypto";
import type { SDKMessage } from "@anthropic-ai/claude-agent-sdk";
import type { AgentInput } from "@praktor/protocol/agent-input";
import type { ClaudeSession } from "./claude-session.ts";
import { clip, lastPart } from "./clip.ts";
import type { FactBody, TurnKey } from "./fact-body.ts";
import { failureOfResult, isSessionMissing, type Failure } from "./failure.ts";
import { LiveText, type PublishPiece } from "./live-text.ts";
import type { Logger } from "./logger.ts";
import { promptContent } from "./prompt-content.ts";
import { errorMessage } from "./runner-error.ts";
import type { SessionPool } from "./session-pool.ts";
import { TurnTranslator, type TurnStep } from "./turn-translator.ts";
import { totalUsage, usageSince } from "./usage.ts";

export interface TurnOptions {
  input: AgentInput;
  maxTurns: number;
  /** How long a model call may take to begin its answer. */
  modelTimeoutMs: number;
  workspace: string;
  pool: SessionPool;
  addFact: (fact: FactBody) => void;
  publish: PublishPiece;
  now: () => number;
  logger: Logger;
}

type Ending = Extract<TurnStep, { type: "end" }> | { type: "failed"; failure: Failure };

/** How long Claude Code may take to end an interrupted turn before its process is ended. */
const interruptGraceMs = 5_000;
/** Longer than any pause of a model that has begun to answer: the Messages API sends pings meanwhile. */
const maxPauseMs = 120_000;
/** A call that never begins is Claude Code's to give up; this is for one that it forgot. */
const beginGraceMs = 60_000;
const silenceCheckMs = 5_000;
const maxPartialChars = 100_000;

export class Turn {
  readonly key: TurnKey;
  readonly #options: TurnOptions;
  readonly #live: LiveText;
  readonly #startedAt: number;
  #said = "";
  /** Where the text began that a `restart` would void. */
  #saidAtLastFact = 0;
  #session: ClaudeSession | null = null;
  #stopped: "interrupted" | "silent" | null = null;
  #end: ((ending: Ending) => void) | null = null;

  constructor(options: TurnOptions) {
    const { turnId, conversationId, attempt } = options.input;
    this.key = { turnId, conversationId, attempt };
    this.#options = options;
    this.#startedAt = options.now();
    this.#live = new LiveText((...piece) => {
      if (this.#stopped !== "silent") options.publish(...piece);
    }, options.now);
  }

  /** Never rejects: whatever happens is reported as a fact, unless `abandon` was called. */
  async run(): Promise<void> {
    const { input, pool, logger } = this.#options;
    try {
      let ending = await this.#converse(input.sessionId);
      if (ending.type === "end" && isSessionMissing(ending.result) && input.sessionId !== undefined) {
        await pool.close(input.conversationId);
        logger.warn({ ...this.key, session: input.sessionId }, "Claude's session no longer exists");
        this.#fact({ type: "notice", code: "session_lost" });
        ending = await this.#converse(undefined);
      }
      this.#report(ending);
      // A session whose turn did not come to its own end may still be doing something.
      if (ending.type === "failed") pool.discard(input.conversationId);
    } catch (error) {
      logger.error({ ...this.key, error: errorMessage(error) }, "a turn could not run");
      this.#fail({ code: "agent_error", content: errorMessage(error) });
    } finally {
      this.#live.flush();
      this.#session = null;
      pool.release(input.conversationId);
    }
  }

  /** Cuts the turn; it ends with `failed`, code `interrupted`. */
  interrupt(): void {
    this.#stop("interrupted");
  }

  /** Cuts the turn and says nothing of it any more: the host does not want it, or will resume it. */
  abandon(): void {
    this.#stop("silent");
  }

  async #converse(sessionId: string | undefined): Promise<Ending> {
    const { input, pool, maxTurns, modelTimeoutMs, workspace, logger, now } = this.#options;
    const { conversationId, model, maxCostUsd, isMain = false } = input;
    if (this.#stopped) return interruptedBeforeStart;
    const content = await promptContent(input, workspace, logger);
    const session = await pool.take({ conversationId, sessionId, model, maxTurns, maxCostUsd, isMain });
    if (this.#stopped !== null) return interruptedBeforeStart;
    this.#session = session;
    const uuid = randomUUID();
    const translator = new TurnTranslator(uuid, now);
    const { promise, resolve } = Promise.withResolvers<Ending>();
    this.#end = resolve;
    session.prompt(
      { type: "user", uuid, message: { role: "user", content }, parent_tool_use_id: null },
      {
        onMessage: (message) => this.#read(translator, message),
        onEnd: (reason) => resolve({ type: "failed", failure: { code: "agent_error", content: reason } }),
      },
    );
    const watch = setInterval(() => {
      const { hasBegun, ms } = translator.modelSilence ?? { hasBegun: false, ms: 0 };
      const limitMs = hasBegun ? maxPauseMs : modelTimeoutMs + beginGraceMs;
      if (ms > limitMs) resolve({ type: "failed", failure: silentModel(limitMs) });
    }, silenceCheckMs);
    const ending = await promise;
    clearInterval(watch);
    session.detach();
    return ending;
  }

  #read(translator: TurnTranslator, message: SDKMessage): void {
    for (const step of translator.read(message)) {
      switch (step.type) {
        case "text":
          this.#said += step.content;
          this.#live.add("text", step.content);
          break;
        case "thinking":
          this.#live.add("thinking", step.content);
          break;
        case "fact":
          if (step.fact.type === "restart") this.#said = this.#said.slice(0, this.#saidAtLastFact);
          this.#fact(step.fact);
          break;
        case "hopeless":
          this.#end?.({ type: "failed", failure: step.failure });
          break;
        case "end":
          this.#end?.(step);
          break;
        default:
          step satisfies never;
      }
    }
  }

  #report(ending: Ending): void {
    if (ending.type === "failed") {
      this.#fail(ending.failure);
      return;
    }
    const { result, lastError } = ending;
    const failure = failureOfResult(result, lastError);
    const total = totalUsage(result.modelUsage);
    const usage = usageSince(total, this.#session?.usageSoFar ?? total);
    if (this.#session) this.#session.usageSoFar = total;
    if (failure) this.#fail(failure, { sessionId: result.session_id, usage });
    else if (result.subtype === "success")
      this.#fact({
        type: "result",
        content: result.result,
        sessionId: result.session_id,
        usage,
        durationMs: Math.max(0, this.#options.now() - this.#startedAt),
      });
  }

  #fail(failure: Failure, more: Pick<Extract<FactBody, { type: "failed" }>, "sessionId" | "usage"> = {}): void {
    const said = lastPart(this.#said, maxPartialChars);
    const sessionId = more.sessionId ?? this.#session?.sessionId;
    this.#fact({
      type: "failed",
      code: this.#stopped === "interrupted" ? "interrupted" : failure.code,
      content: clip(failure.content, longestDetail),
      ...(said === "" ? {} : { partialText: said }),
      ...(sessionId === undefined ? {} : { sessionId }),
      ...(more.usage ? { usage: more.usage } : {}),
    });
  }

  #fact(fact: FactBody): void {
    if (this.#stopped === "silent") return;
    this.#live.flush();
    this.#saidAtLastFact = this.#said.length;
    this.#options.addFact(fact);
  }

  #stop(how: "interrupted" | "silent"): void {
    const first = this.#stopped === null;
    if (this.#stopped !== "silent") this.#stopped = how;
    if (!first || !this.#session) return;
    const giveUp = (): void => this.#end?.({ type: "failed", failure: interruptedFailure });
    setTimeout(giveUp, interruptGraceMs).unref();
    this.#session.interrupt().catch(giveUp);
  }
}

const silentModel = (ms: number): Failure => ({
  code: "model_unreachable",
  content: `The model sent nothing for ${ms / 1000} seconds.`,
});
const interruptedFailure: Failure = { code: "interrupted", content: "The turn was interrupted." };
const interruptedBeforeStart: Ending = { type: "failed", failure: interruptedFailure };
