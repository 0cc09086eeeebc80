/** One live Claude Code process with its conversation: prompts go in, messages come out, one turn at a time. */
import { query, type Options, type Query, type SDKMessage, type SDKUserMessage } from "@anthropic-ai/claude-agent-sdk";
import type { Usage } from "@praktor/protocol/agent-output";
import { errorMessage } from "./runner-error.ts";
import { noUsage } from "./usage.ts";

export interface TurnListener {
  onMessage(message: SDKMessage): void;
  /** The process ended, with or without a reason, before it was detached. */
  onEnd(reason: string): void;
}

/** What a session was started with and cannot change: another wish needs another session. */
export interface SessionShape {
  conversationId: string;
  maxTurns: number;
  maxCostUsd: number | undefined;
  isMain: boolean;
}

export class ClaudeSession implements AsyncDisposable {
  readonly shape: SessionShape;
  /** Everything that Claude Code has counted so far in this process. */
  usageSoFar: Usage = noUsage;
  model: string | undefined;
  /** Known from the first turn on; the session can be resumed by it. */
  sessionId: string | undefined;
  readonly #query: Query;
  readonly #input = new PromptQueue();
  readonly #reading: Promise<void>;
  #listener: TurnListener | null = null;
  #ended: string | null = null;

  constructor(shape: SessionShape, options: Options) {
    this.shape = shape;
    this.model = options.model;
    this.sessionId = options.resume;
    this.#query = query({ prompt: this.#input, options });
    this.#reading = this.#read();
  }

  get hasEnded(): boolean {
    return this.#ended !== null;
  }

  /** Sends one prompt; what follows goes to the listener until `detach`. */
  prompt(message: SDKUserMessage, listener: TurnListener): void {
    this.#listener = listener;
    if (this.#ended === null) this.#input.push(message);
    else listener.onEnd(this.#ended);
  }

  detach(): void {
    this.#listener = null;
  }

  async setModel(model: string | undefined): Promise<void> {
    if (model === this.model) return;
    await this.#query.setModel(model);
    this.model = model;
  }

  /** Asks Claude Code to cut the running turn; the turn's result says that it was. */
  async interrupt(): Promise<void> {
    await this.#query.interrupt();
  }

  /** Ends the process; its transcript stays. Waits until it is gone, so that the session can be resumed at once. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#input.end();
    this.#query.close();
    await this.#reading;
  }

  async #read(): Promise<void> {
    let reason = "Claude Code ended.";
    try {
      for await (const message of this.#query) {
        if (message.type === "system" && message.subtype === "init") this.sessionId = message.session_id;
        this.#listener?.onMessage(message);
      }
    } catch (error) {
      reason = errorMessage(error);
    }
    this.#ended = reason;
    this.#listener?.onEnd(reason);
  }
}

/** The streaming input of a `query()`. One prompt at most waits in it: a conversation runs one turn at a time. */
class PromptQueue implements AsyncIterable<SDKUserMessage> {
  readonly #waiting: SDKUserMessage[] = [];
  #ended = false;
  #wake: () => void = () => {};

  push(message: SDKUserMessage): void {
    this.#waiting.push(message);
    this.#wake();
  }

  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<SDKUserMessage> {
    while (!this.#ended) {
      const message = this.#waiting.shift();
      if (message) yield message;
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
    }
  }
}
