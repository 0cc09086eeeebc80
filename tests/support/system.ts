/** The whole system for a test: the real gateway as a process of its own, simulators for what lies outside the machine. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { GatewayProcess, type LogLine } from "@praktor/simulators/gateway-process";
import { MessagesSimulator } from "@praktor/simulators/messages/messages-simulator";
import type { Script } from "@praktor/simulators/messages/script";
import type { ChatMessage } from "@praktor/simulators/telegram/chat-book";
import { isStatus } from "@praktor/simulators/telegram/is-status";
import { TelegramSimulator } from "@praktor/simulators/telegram/telegram-simulator";

/** Must never be seen by an agent. */
export const canaryKey = "sk-canary-0123456789abcdef";
export const owner = 42;
/** A second person who may write: another private chat, and so another group. */
export const friend = 43;

export interface SystemOptions {
  environment?: Record<string, string>;
  /** Where the simulators listen; another address than loopback lets a gateway in a container reach them. */
  simulatorHost?: string;
  /** What the simulated model says; the default script without it. */
  script?: Script;
}

export class System implements AsyncDisposable {
  readonly folder: string;
  readonly telegram: TelegramSimulator;
  readonly model: MessagesSimulator;
  readonly log: LogLine[] = [];
  /** Beside the usual; what is changed holds from the next start on. */
  readonly environmentOfGateway: Record<string, string>;
  readonly #stop = new AbortController();
  #gateway: GatewayProcess | null = null;

  private constructor(folder: string, options: SystemOptions) {
    const host = options.simulatorHost ?? "127.0.0.1";
    this.folder = folder;
    this.telegram = new TelegramSimulator({ host });
    this.model = new MessagesSimulator({
      host,
      expectedKey: canaryKey,
      ...(options.script === undefined ? {} : { script: options.script }),
    });
    this.environmentOfGateway = { ...options.environment };
  }

  /** Simulators and gateway. */
  static async start(options: SystemOptions = {}): Promise<System> {
    const system = await System.prepare(options);
    await system.startGateway();
    return system;
  }

  /** Only the simulators: the test starts the gateway its own way. */
  static async prepare(options: SystemOptions = {}): Promise<System> {
    const system = new System(await mkdtemp(join(tmpdir(), "praktor-system-")), options);
    await Promise.all([system.telegram.start(system.#stop.signal), system.model.start(system.#stop.signal)]);
    return system;
  }

  get gateway(): GatewayProcess {
    if (!this.#gateway) throw new Error("The gateway does not run.");
    return this.#gateway;
  }

  environment(): Record<string, string> {
    return {
      PRAKTOR_TELEGRAM_TOKEN: this.telegram.token,
      PRAKTOR_TELEGRAM_API_ROOT: this.telegram.url,
      PRAKTOR_TELEGRAM_ALLOW_FROM: `${owner},${friend}`,
      PRAKTOR_SANDBOX: "process",
      ANTHROPIC_BASE_URL: this.model.url,
      ANTHROPIC_API_KEY: canaryKey,
      PRAKTOR_NATS_PORT: "0",
      PRAKTOR_SANDBOX_PORT: "0",
      PRAKTOR_WEB_PORT: "0",
      PRAKTOR_STORE_PATH: join(this.folder, "praktor.db"),
      PRAKTOR_GROUPS_BASE: join(this.folder, "groups"),
      ...this.environmentOfGateway,
    };
  }

  async startGateway(): Promise<void> {
    const program = process.env["PRAKTOR_TEST_GATEWAY"];
    this.#gateway = await GatewayProcess.start({
      ...(program === undefined ? {} : { program }),
      environment: this.environment(),
      onLog: (line) => this.log.push(line),
    });
  }

  /** As a crash, and up again. */
  async crash(): Promise<void> {
    await this.gateway.end("SIGKILL");
    await this.startGateway();
  }

  /** A message of a person in a private chat, and the bot's next answer there. */
  async ask(text: string, chatId = owner, timeoutMs = 60_000): Promise<ChatMessage> {
    const since = this.telegram.sequence;
    this.say(text, chatId);
    return await this.answer(chatId, since, timeoutMs);
  }

  say(text: string, chatId = owner): void {
    this.telegram.userSays({ chatId, userId: chatId, firstName: chatId === owner ? "Ada" : "Grace", text });
  }

  async answer(chatId: number, since: number, timeoutMs = 60_000): Promise<ChatMessage> {
    return await this.telegram.waitForMessage((message) => message.chatId === chatId && !isStatus(message.text), {
      since,
      timeoutMs,
    });
  }

  /** The first answer in the chat whose text matches. */
  async answerMatching(pattern: RegExp, chatId = owner, since = 0, timeoutMs = 60_000): Promise<ChatMessage> {
    return await this.telegram.waitForMessage(
      ({ chatId: where, text }) => where === chatId && !isStatus(text) && pattern.test(text),
      {
        since,
        timeoutMs,
      },
    );
  }

  /** What the bot has said in a chat, in order. */
  answers(chatId = owner): string[] {
    return this.telegram
      .transcript(chatId)
      .filter((message) => message.from === "bot" && !isStatus(message.text))
      .map((message) => message.text);
  }

  async getJson(path: string): Promise<unknown> {
    const answer = await fetch(this.gateway.web + path);
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
    return await answer.json();
  }

  async send(method: string, path: string, body: unknown = {}): Promise<Response> {
    const headers = { "content-type": "application/json" };
    return await fetch(this.gateway.web + path, { method, headers, body: JSON.stringify(body) });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#gateway?.[Symbol.asyncDispose]();
    await Promise.all([this.telegram[Symbol.asyncDispose](), this.model[Symbol.asyncDispose]()]);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }
}
