/** For tests: a bot on the simulated Telegram and a real store, with groups made as the gateway makes them. */
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TelegramSimulator, type TelegramSimulatorOptions } from "@praktor/simulators/telegram/telegram-simulator";
import { systemClock } from "../../kit/clock.ts";
import { timeSortedIds } from "../../kit/ids.ts";
import { silentLogger } from "../../kit/logger.ts";
import type { Message, OutboxPart, Turn } from "../../store/rows.ts";
import { SqliteStore } from "../../store/sqlite-store.ts";
import { renderAnswer } from "../format/render-answer.ts";
import { changed, onlyWords } from "../command-audit.ts";
import type { TelegramPorts } from "../telegram-ports.ts";
import { TelegramBot, type TelegramBotOptions } from "../telegram-bot.ts";

export interface ReceivedTurn {
  groupId: string;
  conversationId: string;
  message: Message;
  turn: Turn;
}

export const fastTiming = {
  poll: {
    longPollSeconds: 2,
    graceMs: 2_000,
    firstBackoffMs: 10,
    maxBackoffMs: 100,
    staleAfterMs: 90_000,
    refusedTokenMs: 100,
  },
  delivery: {
    sendTimeoutMs: 8_000,
    firstBackoffMs: 20,
    graceMs: 1_000,
    rates: { chat: { burst: 1_000, perSecond: 1_000 }, global: { burst: 1_000, perSecond: 1_000 } },
  },
  typingIntervalMs: 50,
} satisfies NonNullable<TelegramBotOptions["timing"]>;

export class BotTestBench implements AsyncDisposable {
  readonly telegram: TelegramSimulator;
  readonly store: SqliteStore;
  readonly received: ReceivedTurn[] = [];
  readonly delivered: OutboxPart[] = [];
  readonly stopped: string[] = [];
  readonly renewed: string[] = [];
  readonly toldOwner: string[] = [];
  readonly ports: TelegramPorts = {
    onReceived: (received) => void this.received.push(received),
    onDelivery: (part) => void this.delivered.push(part),
    registerGroup: async ({ id, name }) => {
      const made = await this.store.groups.create({ id, name, folder: `chat-${id}` });
      const group = made.type === "created" ? made.group : await this.store.groups.get(id);
      if (!group) throw new Error(`group ${id} could not be made`);
      return group;
    },
    stop: async (conversationId) => {
      this.stopped.push(conversationId);
      return "⏹ Stopped: the long work.";
    },
    newSession: async (conversationId) => void this.renewed.push(conversationId),
    status: async () => "Nothing runs.",
    tasks: async () => "Nothing is scheduled.",
    swarm: async (_, argument) => changed(`A swarm: ${argument}`, { target: "run-1" }),
    usage: async () => "Nothing was used.",
    model: async (_, wanted) => (wanted === "" ? onlyWords("The default model.") : changed(`Now ${wanted}.`)),
    groups: async () => "All groups.",
    agents: async () => "All agents.",
    isMain: async (conversationId) => {
      const conversation = await this.store.conversations.get(conversationId);
      return conversation !== null && (await this.store.groups.get(conversation.groupId))?.isMain === true;
    },
    mainChat: async () => {
      const main = (await this.store.groups.list()).find(({ isMain }) => isMain);
      const chat = main && (await this.store.conversations.list(main.id)).find(({ kind }) => kind === "chat");
      return chat?.address.channel === "telegram" ? chat.address : null;
    },
    makeMain: async (groupId) => void (await this.store.groups.update(groupId, { isMain: true })),
    tellOwner: async (markdown) => void this.toldOwner.push(markdown),
  };
  readonly #directory: string;
  readonly #change: Partial<TelegramBotOptions>;
  bot: TelegramBot;

  static async start(
    change: Partial<TelegramBotOptions> = {},
    simulator: TelegramSimulatorOptions = {},
  ): Promise<BotTestBench> {
    const telegram = new TelegramSimulator(simulator);
    await telegram.start(AbortSignal.timeout(10_000));
    const directory = await mkdtemp(join(tmpdir(), "praktor-telegram-"));
    const store = await SqliteStore.open({
      path: join(directory, "praktor.db"),
      clock: systemClock,
      ids: timeSortedIds(systemClock),
      logger: silentLogger,
    });
    const bench = new BotTestBench(telegram, store, directory, change);
    bench.bot.start(new AbortController().signal);
    return bench;
  }

  private constructor(
    telegram: TelegramSimulator,
    store: SqliteStore,
    directory: string,
    change: Partial<TelegramBotOptions>,
  ) {
    this.telegram = telegram;
    this.store = store;
    this.#directory = directory;
    this.#change = change;
    this.bot = this.#makeBot();
  }

  /** Ends the bot and starts another on the same store, as a restart of the gateway does. */
  async restartBot(change: Partial<TelegramBotOptions> = {}): Promise<void> {
    await this.bot[Symbol.asyncDispose]();
    this.bot = this.#makeBot(change);
    this.bot.start(new AbortController().signal);
  }

  /** An answer, as the gateway stores it. */
  async answer(conversationId: string, markdown: string): Promise<void> {
    const parts = renderAnswer(markdown).map((body) => ({ body }));
    await this.store.messages.notice({ conversationId, content: markdown, parts });
    this.bot.wakeDelivery();
  }

  async conversation(chatId: number): Promise<string> {
    const found = await this.store.conversations.byAddress({ channel: "telegram", chatId: String(chatId) });
    if (!found) throw new Error(`chat ${chatId} has no conversation`);
    return found.id;
  }

  /** Makes the chat known by a message, and takes that away again from what is looked at. */
  async open(chatId: number): Promise<string> {
    this.telegram.userSays({ chatId, text: "open", userId: 7 });
    await until(() => this.received.some((one) => one.groupId === String(chatId)));
    return await this.conversation(chatId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.bot[Symbol.asyncDispose]();
    await this.store[Symbol.asyncDispose]();
    await this.telegram[Symbol.asyncDispose]();
    await rm(this.#directory, { recursive: true, force: true });
  }

  #makeBot(change: Partial<TelegramBotOptions> = {}): TelegramBot {
    return new TelegramBot({
      token: this.telegram.token,
      apiRoot: this.telegram.url,
      allowFrom: new Set(["7"]),
      groupReplies: "mention",
      groupContext: "none",
      logger: silentLogger,
      clock: systemClock,
      store: this.store,
      timing: fastTiming,
      ports: this.ports,
      ...this.#change,
      ...change,
    });
  }
}

/** An address on which nobody listens. */
export async function closedPort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${typeof address === "object" ? address?.port : 0}`;
}

/** Looks every few milliseconds; for what has no event of its own. */
export async function until(isSo: () => boolean | Promise<boolean>, timeoutMs = 10_000): Promise<void> {
  const deadlineAt = Date.now() + timeoutMs;
  while (!(await isSo())) {
    if (Date.now() > deadlineAt) throw new Error(`what was waited for did not come within ${timeoutMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
