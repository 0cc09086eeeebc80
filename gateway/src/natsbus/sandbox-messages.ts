/** Takes what sandboxes say and ask within bounds, hands it to whoever answers, and sends the reply to the sender alone. */
import type { Msg, NatsConnection } from "@nats-io/nats-core";
import { sandboxInboxPrefix } from "@praktor/protocol/subjects";
import type { Background } from "../kit/background.ts";
import type { Clock } from "../kit/clock.ts";
import type { Logger } from "../kit/logger.ts";
import { isAbort } from "../kit/praktor-error.ts";
import { Intake, type IntakeOptions } from "./intake.ts";
import { parseJson } from "./parse-json.ts";
import { WorkPace } from "./work-pace.ts";

export interface SandboxMessagesOptions {
  /** Owns the handlers' work; subscriptions end with it. */
  background: Background;
  clock: Clock;
  /** What a sandbox can cause is logged with its `group`, by which a bounded log tells one's flood from the others' lines. */
  logger: Logger;
  /** Throws when there is none. */
  connection: () => NatsConnection;
  /** Whether the sandbox lives and is that group's. */
  isOf: (sandboxId: string, groupId: string) => boolean;
}

export interface BusRequest {
  subject: string;
  /** Parsed JSON; undefined when the bytes were no JSON, or nested as no message is. */
  data: unknown;
  /** Absent when the sender wants no reply, or wants it elsewhere than in its own private inbox. */
  reply: ((value: unknown) => void) | undefined;
}

export type BusHandler = (request: BusRequest) => Promise<void>;

/** Of one subject, and so of one sandbox. What is dropped costs nothing: its sender repeats what matters. */
const intakeBounds = { atOnce: 8, waiting: 2_000, waitingBytes: 32 * 1024 * 1024 };

/** The same of questions, each of which makes work: who has so many waiting is refused the next. */
const questionBounds = { atOnce: 8, waiting: 100, waitingBytes: 8 * 1024 * 1024 };
const tooLong = { error: "The answer is longer than one message can be. Ask for less of it at once." };
const tooMany = { error: "This sandbox asks for more than Praktor works on at once. Ask again in a moment." };

export class SandboxMessages {
  readonly #options: SandboxMessagesOptions;
  readonly #intakes: Intake<Msg>[] = [];
  readonly #pace = new WorkPace();

  constructor(options: SandboxMessagesOptions) {
    this.#options = options;
  }

  /** See `Bus.subscribe`. */
  subscribe(subject: string, handle: BusHandler): void {
    this.#take(subject, {
      bounds: intakeBounds,
      work: (message) => this.#work(message, handle),
      onFull: (from, dropped) =>
        this.#options.logger.warn(
          { ...whence(from), dropped },
          "a sandbox sends more than is worked on: some is dropped",
        ),
    });
  }

  /** See `Bus.answer`. */
  answer(subject: string, handle: BusHandler): void {
    const { background, logger } = this.#options;
    this.#take(subject, {
      bounds: questionBounds,
      work: (message) => this.#pace.run(message.subject, () => this.#work(message, handle), background.signal),
      onDropped: (message) => {
        if (this.#mayReply(message)) message.respond(JSON.stringify(tooMany));
      },
      onFull: (from, dropped) =>
        logger.warn({ ...whence(from), refused: dropped }, "a sandbox asks more than is worked on: some is refused"),
    });
  }

  /** Of this group, nothing that waits here is worked on any more; what is at work goes on. */
  drop(groupId: string): void {
    for (const intake of this.#intakes) intake.drop((subject) => senderOf(subject) === groupId);
  }

  #take(
    subject: string,
    options: Pick<IntakeOptions<Msg>, "bounds" | "work" | "onFull"> & Partial<Pick<IntakeOptions<Msg>, "onDropped">>,
  ): void {
    const { background, clock, connection } = this.#options;
    const intake = new Intake<Msg>({ ...options, background, clock, sizeOf: (message) => message.data.length });
    this.#intakes.push(intake);
    const subscription = connection().subscribe(subject, {
      callback: (error, message) => {
        if (!error) intake.take(message.subject, message);
      },
    });
    background.signal.addEventListener("abort", () => subscription.unsubscribe(), { once: true });
  }

  /** Rejects only when the bus ends: that a handler failed is said here, where its sender is known. */
  async #work(message: Msg, handle: BusHandler): Promise<void> {
    const { background, logger } = this.#options;
    try {
      await handle(this.#toRequest(message));
    } catch (error) {
      if (background.signal.aborted && isAbort(error)) throw error;
      logger.error({ ...whence(message.subject), error }, "a NATS subscription failed");
    }
  }

  #toRequest(message: Msg): BusRequest {
    return {
      subject: message.subject,
      data: parseJson(message),
      reply: this.#mayReply(message) ? (value) => this.#respond(message, value) : undefined,
    };
  }

  /** What no message can carry is refused in words: whoever asked would wait for nothing. */
  #respond(message: Msg, value: unknown): void {
    const { connection, logger } = this.#options;
    const most = connection().info?.max_payload ?? Infinity;
    const text = JSON.stringify(value);
    const bytes = Buffer.byteLength(text);
    if (bytes <= most) return void message.respond(text);
    logger.warn({ ...whence(message.subject), bytes, most }, "a reply is longer than a message can be");
    message.respond(JSON.stringify(tooLong));
  }

  /** A reply goes out under the gateway's own credential: to a subject of the sender's choice it would do what the sender may not. */
  #mayReply({ subject, reply = "" }: Msg): boolean {
    const sandboxId = sandboxInbox.exec(reply)?.groups?.["sandboxId"];
    const groupId = senderOf(subject);
    return sandboxId !== undefined && groupId !== undefined && this.#options.isOf(sandboxId, groupId);
  }
}

const sandboxInbox = new RegExp(`^${sandboxInboxPrefix("(?<sandboxId>[A-Za-z0-9_-]+)")}\\.[A-Za-z0-9._-]+$`);

/** `agent.{group}.output`, `host.ipc.{group}`, `swarm.{run}.{group}`. */
function senderOf(subject: string): string | undefined {
  const tokens = subject.split(".");
  return tokens[0] === "agent" ? tokens[1] : tokens[2];
}

/** For a log line. */
function whence(subject: string): { subject: string; group: string | undefined } {
  return { subject, group: senderOf(subject) };
}
