/** Simulators, a gateway that is started and killed, people who write, and the record of it all. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { GatewayProcess, type LogLine } from "@praktor/simulators/gateway-process";
import { auxiliaryReply } from "@praktor/simulators/messages/auxiliary-reply";
import { MessagesSimulator } from "@praktor/simulators/messages/messages-simulator";
import { answer, type ScriptInput, type Reply } from "@praktor/simulators/messages/script";
import { TelegramSimulator } from "@praktor/simulators/telegram/telegram-simulator";
import { buildGateway, type GatewayParts } from "./build-gateway.ts";
import type { Heard, Said } from "./evidence.ts";
import { faultsOf, judge, type Findings } from "./judge.ts";
import { readDatabase } from "./read-database.ts";
import { tokensIn, tokenText } from "./tokens.ts";

export interface StageOptions extends GatewayParts {
  seed: number;
  chats: number;
  environment?: Record<string, string>;
  /** More settings, as YAML. */
  settings?: string;
  /** The first chat's id; the others follow. Sandboxes of other tests must not have the same names. */
  firstChat?: number;
  /** How long answers are waited for; 2 min by default. */
  patienceMs?: number;
  /** Where the database lies; a folder of the stage by default. */
  storeFolder?: string;
}

export interface Life {
  gateway: GatewayProcess;
  startedAt: number;
  /** Milliseconds until it was up; null when it was killed before. */
  upMs: number | null;
  /** Set when it has been killed. */
  endedAt: number | null;
}

const key = "sk-torture-0123456789";

export class Stage implements AsyncDisposable {
  readonly folder: string;
  readonly telegram: TelegramSimulator;
  readonly model: MessagesSimulator;
  readonly lives: Life[] = [];
  readonly log: LogLine[] = [];
  readonly storePath: string;
  readonly chatIds: readonly number[];
  readonly #said: Said[] = [];
  readonly #cuts: number[] = [];
  readonly #options: StageOptions;
  readonly #stop = new AbortController();
  readonly #program: string;
  readonly #patienceMs: number;

  private constructor(folder: string, program: string, options: StageOptions) {
    this.folder = folder;
    this.#program = program;
    this.#patienceMs = options.patienceMs ?? 120_000;
    this.#options = options;
    this.telegram = new TelegramSimulator({ seed: options.seed });
    this.model = new MessagesSimulator({ seed: options.seed, expectedKey: key, script: answerTokens });
    this.chatIds = Array.from({ length: options.chats }, (_, index) => (options.firstChat ?? 101) + index);
    this.storePath = join(options.storeFolder ?? folder, "praktor.db");
  }

  static async prepare(options: StageOptions): Promise<Stage> {
    const folder = await mkdtemp(join(tmpdir(), "praktor-torture-"));
    try {
      const stage = new Stage(folder, await buildGateway(folder, options), options);
      await writeFile(join(folder, "praktor.yaml"), options.settings ?? "");
      await Promise.all([stage.telegram.start(stage.#stop.signal), stage.model.start(stage.#stop.signal)]);
      return stage;
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  environment(): Record<string, string> {
    return {
      PRAKTOR_CONFIG: join(this.folder, "praktor.yaml"),
      PRAKTOR_TELEGRAM_TOKEN: this.telegram.token,
      PRAKTOR_TELEGRAM_API_ROOT: this.telegram.url,
      PRAKTOR_TELEGRAM_ALLOW_FROM: this.chatIds.join(","),
      PRAKTOR_SANDBOX: "process",
      PRAKTOR_MAX_CONTAINERS: String(this.chatIds.length),
      ANTHROPIC_BASE_URL: this.model.url,
      ANTHROPIC_API_KEY: key,
      PRAKTOR_NATS_PORT: "0",
      PRAKTOR_SANDBOX_PORT: "0",
      PRAKTOR_WEB_PORT: "0",
      PRAKTOR_STORE_PATH: this.storePath,
      PRAKTOR_GROUPS_BASE: join(this.folder, "workspaces"),
      ...this.#options.environment,
    };
  }

  /** Returns at once; `crashAt` is a crash point. */
  launch(crashAt?: string): Life {
    const gateway = GatewayProcess.launch({
      program: this.#program,
      environment: { ...this.environment(), ...(crashAt === undefined ? {} : { PRAKTOR_CRASH_AT: crashAt }) },
      onLog: (line) => this.log.push(line),
      startTimeoutMs: 120_000,
    });
    const life: Life = { gateway, startedAt: Date.now(), upMs: null, endedAt: null };
    void this.#noteUp(life);
    this.lives.push(life);
    return life;
  }

  async #noteUp(life: Life): Promise<void> {
    await life.gateway.up.then(() => (life.upMs = Date.now() - life.startedAt)).catch(() => {});
  }

  async kill(life: Life): Promise<void> {
    await life.gateway.end("SIGKILL");
    this.ended(life);
  }

  /** Notes that it was killed, whoever did it. */
  ended(life: Life): void {
    life.endedAt = Date.now();
    this.cut();
  }

  /** Something was cut that may cost each chat one repeat. */
  cut(at = Date.now()): void {
    this.#cuts.push(at);
  }

  /** A person writes; `words` go before the token. */
  say(chatId: number, words = "note"): void {
    const number = this.#said.filter((message) => message.chatId === chatId).length + 1;
    this.#said.push({ chatId, number, at: Date.now() });
    this.telegram.userSays({
      chatId,
      userId: chatId,
      firstName: `P${chatId}`,
      text: `${words} ${tokenText({ chatId, number })}`,
    });
  }

  get said(): readonly Said[] {
    return this.#said;
  }

  heard(): Heard[] {
    return this.telegram.sent().map(({ chatId, messageId, at, text, deletedAt }) => {
      return { chatId, messageId, at, text, deleted: deletedAt !== undefined };
    });
  }

  /** What was said and is not answered yet. */
  unanswered(): string[] {
    const answered = new Set(this.heard().flatMap((message) => tokensIn(message.text).map(tokenText)));
    return this.#said.map(tokenText).filter((token) => !answered.has(token));
  }

  /** Waits until everything is answered or patience is at its end; `isOver` may end it earlier. */
  async settle(isOver: () => boolean = () => false): Promise<void> {
    const isDone = (): boolean => isOver() || (this.telegram.pendingUpdates === 0 && this.unanswered().length === 0);
    const until = Date.now() + this.#patienceMs;
    while (!isDone() && Date.now() < until) await delay(50);
  }

  /** Milliseconds from each life's start to its first message to anybody, of the lives that `counts`. Infinity: there was none. */
  firstAnswers(counts: (life: Life) => boolean): number[] {
    const sent = this.heard()
      .filter((message) => tokensIn(message.text).length > 0)
      .map((message) => message.at);
    return this.lives.filter(counts).map((life) => {
      const until = life.endedAt ?? Number.POSITIVE_INFINITY;
      const first = sent.find((at) => at >= life.startedAt && at <= until);
      return first === undefined ? Number.POSITIVE_INFINITY : first - life.startedAt;
    });
  }

  /** Waits until nothing is left to do, and ends it in order. */
  async finish(life: Life): Promise<void> {
    await life.gateway.up;
    const until = Date.now() + this.#patienceMs;
    while (life.gateway.running && Date.now() < until && !this.isQuiet()) await delay(100);
    await life.gateway.end("SIGTERM", 60_000);
  }

  /** Nothing stored is on its way. */
  isQuiet(): boolean {
    const { turns, parts } = readDatabase(this.storePath);
    const isOpen = turns.some(({ state }) => state === "queued" || state === "running");
    return !isOpen && !parts.some(({ state }) => state === "pending" || state === "sending");
  }

  /** Ends the last gateway in order and judges what is left. */
  async verdict(): Promise<Findings> {
    const last = this.lives.at(-1);
    if (last?.gateway.running) await this.finish(last);
    return judge({
      said: this.#said,
      heard: this.heard(),
      cuts: this.#cuts.toSorted((left, right) => left - right),
      stored: readDatabase(this.storePath),
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { gateway } of this.lives) if (gateway.running) await gateway.end("SIGKILL");
    await Promise.all([this.telegram[Symbol.asyncDispose](), this.model[Symbol.asyncDispose]()]);
    await rm(this.folder, { recursive: true, force: true, maxRetries: 10 });
  }
}

/** One line for each kind of fault that was found, with its first cases. */
export function describeFaults(findings: Findings): string[] {
  return faultsOf(findings)
    .filter(([, cases]) => cases.length > 0)
    .map(([name, cases]) => `${cases.length} ${name}: ${cases.slice(0, 4).join("; ")}${cases.length > 4 ? " …" : ""}`);
}

/** The model: it answers every token that nobody has answered yet. */
function answerTokens(input: ScriptInput): Reply {
  const own = auxiliaryReply(input.request, input.conversation);
  if (own) return own;
  const text = input.conversation.open.join("\n");
  const workMs = Number(/\bwork (\d+)\b/.exec(text)?.[1] ?? 0);
  const tokens = tokensIn(text).map(tokenText).join(" ");
  return answer(tokens === "" ? "I am here." : tokens, workMs === 0 ? undefined : workMs);
}
