/** The live Claude sessions of this sandbox: at most so many, closed when idle, the least recently used first. */
import type { McpServerConfig, Options } from "@anthropic-ai/claude-agent-sdk";
import { claudeEnvironment, claudeOptions, type ClaudeSettings } from "./claude-settings.ts";
import type { ClaudeSession, SessionShape } from "./claude-session.ts";
import { clip } from "./clip.ts";
import { groupPlugin } from "./group-plugin.ts";
import type { Logger } from "./logger.ts";
import { ownHome } from "./own-home.ts";
import { StandingInstructions } from "./standing-instructions.ts";

export interface SessionWish extends SessionShape {
  /** Resume this one; undefined starts fresh. */
  sessionId: string | undefined;
  model: string | undefined;
}

export interface SessionPoolOptions {
  settings: ClaudeSettings;
  maxSessions: number;
  idleMs: number;
  logger: Logger;
  /** Made anew for each session: an MCP server serves one connection. */
  makeMcpServers: (shape: SessionShape) => Promise<Record<string, McpServerConfig>>;
  /** `home`: Claude Code's own, see `own-home.ts`. */
  makeHooks: (conversationId: string, home: string) => NonNullable<Options["hooks"]>;
}

/** A turn has it while no idle timer runs. */
interface HeldSession {
  session: ClaudeSession;
  instructions: StandingInstructions;
  /** What was made for it alone. */
  folders: AsyncDisposable;
  idleTimer: NodeJS.Timeout | null;
}

export class SessionPool implements AsyncDisposable {
  readonly #options: SessionPoolOptions;
  /** In the order of their last use. */
  readonly #live = new Map<string, HeldSession>();
  readonly #closing = new Map<string, Promise<void>>();

  constructor(options: SessionPoolOptions) {
    this.#options = options;
  }

  /** Loads the SDK, so that the first turn need not wait for it. */
  warmUp(): void {
    void loadSession();
  }

  /**
   * The conversation's live session when it is the wished one and its instructions still stand, else a new one. Rejects when Claude
   * Code cannot be started.
   */
  async take(wish: SessionWish): Promise<ClaudeSession> {
    const held = this.#live.get(wish.conversationId);
    if (held) {
      const { session, instructions } = held;
      // From here on nobody else may end it.
      if (held.idleTimer) clearTimeout(held.idleTimer);
      held.idleTimer = null;
      const stands = await instructions.stillStand();
      const fits = !session.hasEnded && session.sessionId === wish.sessionId && isSame(session.shape, wish);
      if (stands && fits && wish.sessionId !== undefined) {
        this.#live.delete(wish.conversationId);
        this.#live.set(wish.conversationId, held);
        await session.setModel(wish.model ?? this.#options.settings.environment.PRAKTOR_MODEL);
        return session;
      }
      await this.close(wish.conversationId);
    }
    // A process that is still going down may write the transcript that the new one is to read.
    await this.#closing.get(wish.conversationId);
    this.#makeRoom();
    return await this.#start(wish);
  }

  /** The turn is over: the session stays for the next one until it was idle for long. */
  release(conversationId: string): void {
    const held = this.#live.get(conversationId);
    if (!held) return;
    held.session.detach();
    if (held.session.hasEnded) this.discard(conversationId);
    else held.idleTimer ??= setTimeout(() => this.discard(conversationId), this.#options.idleMs).unref();
  }

  /** Ends the conversation's process, if there is one, and waits until it is gone. */
  async close(conversationId: string): Promise<void> {
    const held = this.#live.get(conversationId);
    if (!held) return await this.#closing.get(conversationId);
    this.#live.delete(conversationId);
    if (held.idleTimer) clearTimeout(held.idleTimer);
    const closing = end(held).finally(() => this.#closing.delete(conversationId));
    this.#closing.set(conversationId, closing);
    await closing;
  }

  /** Ends the conversation's process in the background; the conversation's next `take` waits for it. */
  discard(conversationId: string): void {
    void this.close(conversationId);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#live.keys()].map((id) => this.close(id)));
    await Promise.all(this.#closing.values());
  }

  /** Does not wait for the processes that it ends: only their own conversations have to. */
  #makeRoom(): void {
    while (this.#live.size >= this.#options.maxSessions) {
      const oldest = [...this.#live].find(([, held]) => held.idleTimer !== null);
      if (!oldest) return;
      this.discard(oldest[0]);
    }
  }

  async #start(wish: SessionWish): Promise<ClaudeSession> {
    const { ClaudeSession } = await loadSession();
    const { settings, makeMcpServers, makeHooks, logger } = this.#options;
    const { conversationId, maxTurns, maxCostUsd, isMain, sessionId, model } = wish;
    const shape = { conversationId, maxTurns, maxCostUsd, isMain };
    const instructions = await StandingInstructions.now(settings);
    await using made = new AsyncDisposableStack();
    const plugin = made.use(await groupPlugin(settings.environment.PRAKTOR_WORKSPACE));
    const home = made.use(await ownHome(claudeEnvironment(settings)));
    const options = claudeOptions(settings, {
      conversationId,
      sessionId,
      model,
      maxTurns,
      maxCostUsd,
      instructions: instructions.prompt,
      plugin: plugin.path,
      home: home.path,
      mcpServers: await makeMcpServers(shape),
      hooks: { ...instructions.hooks, ...makeHooks(conversationId, home.path) },
      onStderr: (text) =>
        logger.warn({ conversationId, stderr: clip(text.trim(), 2_000) }, "Claude Code wrote to stderr"),
    });
    const session = new ClaudeSession(shape, options);
    this.#live.set(conversationId, { session, instructions, folders: made.move(), idleTimer: null });
    return session;
  }
}

async function end({ session, folders }: HeldSession): Promise<void> {
  await session[Symbol.asyncDispose]();
  await folders[Symbol.asyncDispose]();
}

/** What Claude Code has counted of its budget counts for the turn that it was given for, and for no other. */
function isSame(one: SessionShape, other: SessionShape): boolean {
  const isWithoutLimit = one.maxCostUsd === undefined && other.maxCostUsd === undefined;
  return one.maxTurns === other.maxTurns && one.isMain === other.isMain && isWithoutLimit;
}

/** The SDK is the largest part of the bundle: it is evaluated after `ready`, not before. */
function loadSession(): Promise<typeof import("./claude-session.ts")> {
  return import("./claude-session.ts");
}
