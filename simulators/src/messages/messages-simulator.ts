// An Anthropic Messages API on loopback whose model follows a script.

import { Hono } from "hono";
import { Changes, type WaitOptions } from "../changes.ts";
import { FaultPlan, type FaultRule } from "../fault-plan.ts";
import { LoopbackServer, type NodeBindings } from "../loopback-server.ts";
import { defaultScript } from "./default-script.ts";
import { messagesControl } from "./messages-control.ts";
import { type RecordedRequest, messagesEndpoint } from "./messages-endpoint.ts";
import type { MessagesFault } from "./messages-fault.ts";
import type { Script } from "./script.ts";

export interface MessagesSimulatorOptions {
  /** Default 0: a free port. */
  readonly port?: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** The only key that is accepted, as `x-api-key` or bearer token; absent takes any. */
  readonly expectedKey?: string;
  readonly script?: Script;
  /** Of the draws for faults with a probability. */
  readonly seed?: number;
  readonly faults?: readonly FaultRule<MessagesFault>[];
  readonly now?: () => number;
  /** How many requests keep their bodies; of older ones only headers and outcome stay. Default 1000. */
  readonly keepBodies?: number;
}

// Of a longer run the oldest half of the records goes.
const maxRequests = 100_000;

export class MessagesSimulator implements AsyncDisposable {
  /** Rules in force; change them at any time. Operations: `messages`, `count_tokens`, `models`. */
  readonly faults: FaultPlan<MessagesFault>;
  /** What decides the replies; change it at any time. */
  script: Script;
  expectedKey: string | undefined;
  readonly #server: LoopbackServer;
  readonly #changes = new Changes();
  readonly #keepBodies: number;
  #requests: RecordedRequest[] = [];
  #inFlight = 0;

  constructor(options: MessagesSimulatorOptions = {}) {
    this.script = options.script ?? defaultScript;
    this.expectedKey = options.expectedKey;
    this.faults = new FaultPlan(options.seed ?? 1);
    this.faults.set(options.faults ?? []);
    this.#keepBodies = options.keepBodies ?? 1000;
    const app = new Hono<NodeBindings>();
    app.route("/control", messagesControl(this));
    app.route(
      "/",
      messagesEndpoint({
        expectedKey: () => this.expectedKey,
        script: () => this.script,
        faults: this.faults,
        now: options.now ?? Date.now,
        onBegin: () => {
          this.#inFlight += 1;
          this.#changes.notify();
        },
        onEnd: (request) => this.#record(request),
      }),
    );
    this.#server = new LoopbackServer(app, { port: options.port ?? 0, host: options.host ?? "127.0.0.1" });
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.#server.start(signal);
  }

  /** What goes into ANTHROPIC_BASE_URL. */
  get url(): string {
    return this.#server.url;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  /** Finished requests, in the order in which they ended. */
  get requests(): readonly RecordedRequest[] {
    return this.#requests;
  }

  /** Requests that are being answered (or stalled) now. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Resolves once `predicate` holds; looked at whenever a request begins or ends. */
  async waitUntil(predicate: (simulator: this) => boolean, waitedFor: string, options?: WaitOptions): Promise<void> {
    await this.#changes.until(
      () => (predicate(this) ? true : undefined),
      waitedFor,
      () => `${this.#requests.length} requests ended, ${this.#inFlight} in flight`,
      options,
    );
  }

  #record(request: RecordedRequest): void {
    this.#inFlight -= 1;
    this.#requests.push(request);
    const old = this.#requests.length - 1 - this.#keepBodies;
    const forgotten = this.#requests[old];
    if (forgotten) this.#requests[old] = { ...forgotten, body: undefined };
    if (this.#requests.length > maxRequests) this.#requests = this.#requests.slice(maxRequests / 2);
    this.#changes.notify();
  }
}
