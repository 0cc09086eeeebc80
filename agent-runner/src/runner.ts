/** Composition of the runner: NATS on one side, Claude sessions on the other. */
import type { AgentInput } from "@praktor/protocol/agent-input";
import type { RunnerStatus } from "@praktor/protocol/agent-control";
import type { IpcRequest } from "@praktor/protocol/ipc";
import type { SandboxEnvironment } from "@praktor/protocol/sandbox-environment";
import { agentControl, agentInput, agentOutput, hostIpc } from "@praktor/protocol/subjects";
import { approvalHook } from "./approval-hook.ts";
import { withSandboxHome } from "./sandbox-home-paths.ts";
import { sealedRefusal } from "./sealed-place.ts";
import { Bus } from "./bus.ts";
import { claudeEnvironment, type ClaudeSettings } from "./claude-settings.ts";
import { answerControl } from "./control-desk.ts";
import { CredentialKeeper } from "./credential-keeper.ts";
import { writeCredentialsFile } from "./credentials-file.ts";
import { FactOutbox } from "./fact-outbox.ts";
import { askHost, type IpcSuccess } from "./ipc-client.ts";
import { GivenSecrets } from "./given-secrets.ts";
import type { Logger } from "./logger.ts";
import { announceReady } from "./ready-announcer.ts";
import { errorMessage } from "./runner-error.ts";
import { runCommand } from "./run-command.ts";
import { RecentTurns } from "./recent-turns.ts";
import { SessionPool } from "./session-pool.ts";
import { Turn } from "./turn.ts";
import { TurnDesk } from "./turn-desk.ts";
import { WorkspaceFiles } from "./workspace-files.ts";

export interface RunnerOptions {
  environment: SandboxEnvironment;
  claude: Omit<ClaudeSettings, "environment" | "secrets">;
  version: string;
  logger: Logger;
  now: () => number;
  /** Values that must not be seen in the log. */
  onSecrets: (values: readonly string[]) => void;
  /** The host asked the sandbox to go down. */
  onShutdown: () => void;
}

const sessionIdleMs = 10 * 60_000;
/** Time for facts on their way to be acknowledged when the sandbox goes down. */
const flushMs = 2_000;
const sessionsCloseMs = 2_000;
const askTimeoutMs = 5_000;
const rememberedTurns = 100;

export class Runner implements AsyncDisposable {
  readonly #options: RunnerOptions;
  readonly #stop = new AbortController();
  readonly #credentials: CredentialKeeper;
  readonly #secrets: GivenSecrets;
  readonly #bus: Bus;
  readonly #outbox: FactOutbox;
  readonly #sessions: SessionPool;
  readonly #desk: TurnDesk;
  /** The newest turn of each conversation: what its session must ask about. */
  readonly #turns = new RecentTurns(rememberedTurns, (conversationId) => this.#desk.isRunning(conversationId));
  #renewal: Promise<void> | null = null;
  #givenSecrets: Promise<void> = Promise.resolve();
  #announcing: AbortController | null = null;

  constructor(options: RunnerOptions) {
    this.#options = options;
    const { environment, logger, now } = options;
    const { GROUP_ID: groupId, PRAKTOR_ENDPOINT: endpoint, PRAKTOR_TOKEN: token } = environment;
    this.#credentials = new CredentialKeeper({
      endpoint,
      token,
      logger,
      now,
      onRenewed: (credential) => writeCredentialsFile(environment.NATS_CREDS, credential.jwt, credential.seed),
    });
    this.#secrets = new GivenSecrets({
      endpoint,
      token,
      credentialsFile: environment.NATS_CREDS,
      logger,
      onValues: options.onSecrets,
    });
    this.#bus = new Bus({ credentials: this.#credentials, name: `agent-runner ${groupId}`, logger });
    this.#outbox = new FactOutbox({
      transport: this.#bus,
      subject: agentOutput(groupId),
      logger,
      onStale: (turn) => this.#desk.abandon(turn),
    });
    this.#sessions = new SessionPool({
      settings: { environment, ...options.claude, secrets: () => this.#secrets },
      maxSessions: environment.PRAKTOR_MAX_CONVERSATIONS,
      idleMs: sessionIdleMs,
      logger,
      makeHooks: (conversationId, own) =>
        approvalHook({
          meant: (tool, input) => withSandboxHome(tool, input, { own, sandbox: environment.HOME }),
          refusal: sealedRefusal,
          turn: () => this.#turns.of(conversationId),
          ask: async (request) =>
            await this.#bus.request(hostIpc(groupId), request, askTimeoutMs, AbortSignal.timeout(askTimeoutMs)),
        }),
      makeMcpServers: async ({ conversationId, isMain }) => {
        const swarmId = environment.PRAKTOR_SWARM_ID;
        if (swarmId !== undefined) {
          // A member has no chat and no tasks: all that it may say goes to its swarm.
          const { swarmServer } = await import("./swarm-tools.ts");
          return { "praktor-swarm": swarmServer(this.#bus, { swarmId, memberId: groupId }) };
        }
        const [{ taskServer }, { chatServer }, { mainServer }] = await Promise.all([
          import("./task-tools.ts"),
          import("./chat-tools.ts"),
          import("./main-tools.ts"),
        ]);
        const workspace = environment.PRAKTOR_WORKSPACE;
        const ask = (request: IpcRequest): Promise<IpcSuccess> => askHost(this.#bus, groupId, request);
        return {
          "praktor-tasks": taskServer(ask),
          ...(isMain ? { "praktor-main": mainServer(ask) } : {}),
          "praktor-chat": chatServer({
            conversationId,
            workspace,
            ask: (request) => askHost(this.#bus, groupId, request),
          }),
        };
      },
    });
    this.#desk = new TurnDesk({
      groupId,
      maxTurnsAtOnce: environment.PRAKTOR_MAX_CONVERSATIONS,
      logger,
      makeTurn: (input) => this.#makeTurn(input),
    });
  }

  /** Starts to connect and returns; everything goes on in the background until the runner is disposed. */
  start(): void {
    const { environment, logger } = this.#options;
    const { GROUP_ID: groupId, PRAKTOR_ENDPOINT: endpoint, PRAKTOR_TOKEN: token } = environment;
    const { signal } = this.#stop;
    const files = new WorkspaceFiles({ root: environment.PRAKTOR_WORKSPACE, endpoint, token });
    this.#bus.respond(agentInput(groupId), async (text) => this.#desk.accept(text));
    this.#bus.respond(agentControl(groupId), (text) =>
      answerControl(text, {
        files,
        logger,
        signal,
        status: () => this.#status(),
        interrupt: (turnId) => this.#desk.interrupt(turnId),
        endSession: async (conversationId) => {
          if (this.#desk.isRunning(conversationId)) return false;
          await this.#sessions.close(conversationId);
          return true;
        },
        runCommand: (command) => {
          const env = claudeEnvironment({ environment, ...this.#options.claude, secrets: () => this.#secrets });
          return runCommand(command, { cwd: environment.PRAKTOR_WORKSPACE, env, signal });
        },
        shutdown: this.#options.onShutdown,
      }),
    );
    this.#givenSecrets = this.#secrets.load(signal);
    this.#givenSecrets.catch((error: unknown) => {
      if (!signal.aborted)
        logger.error({ error: errorMessage(error) }, "the group's secrets could not be put in place");
    });
    this.#bus.start(() => this.#announce());
    this.#renewal = this.#credentials.keepFresh(signal).catch((error: unknown) => {
      if (!signal.aborted) logger.error({ error: errorMessage(error) }, "credentials are not renewed any more");
    });
  }

  /** Running turns end without a word, so that the host resumes them; facts on their way get a moment to be acknowledged. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#desk.stop();
    await this.#outbox.flush(flushMs);
    const closing = Promise.all([this.#desk[Symbol.asyncDispose](), this.#sessions[Symbol.asyncDispose]()]);
    await Promise.race([closing, new Promise((resolve) => setTimeout(resolve, sessionsCloseMs).unref())]);
    this.#stop.abort(new DOMException("stopped", "AbortError"));
    this.#announcing?.abort(this.#stop.signal.reason);
    await this.#outbox[Symbol.asyncDispose]();
    await this.#bus[Symbol.asyncDispose]();
    await this.#renewal;
    await this.#secrets.forget();
  }

  /** Turns whose last fact nobody committed yet are held here too. */
  #status(): RunnerStatus {
    const turns = new Map(
      [...this.#desk.running, ...this.#outbox.turns].map((turn) => [`${turn.turnId}:${turn.attempt}`, turn]),
    );
    return {
      sandboxId: this.#options.environment.PRAKTOR_SANDBOX_ID,
      turns: [...turns.values()],
      version: this.#options.version,
    };
  }

  #announce(): void {
    this.#announcing?.abort(new DOMException("announced anew", "AbortError"));
    this.#announcing = new AbortController();
    void this.#announceUntilHeard(this.#announcing.signal);
  }

  async #announceUntilHeard(signal: AbortSignal): Promise<void> {
    try {
      // No turn begins without what it was promised.
      await this.#givenSecrets;
      await announceReady(this.#bus, this.#options.environment.GROUP_ID, () => this.#status(), signal);
    } catch {
      return; // Announced anew, or going down.
    }
    this.#options.logger.info({}, "the host knows that this sandbox is ready");
    this.#sessions.warmUp();
  }

  #makeTurn(input: AgentInput): Turn {
    const { environment, logger, now } = this.#options;
    const { turnId, conversationId, attempt } = input;
    const key = { turnId, conversationId, attempt };
    this.#turns.begins({ turnId, conversationId, patterns: input.approvalTools ?? [] });
    return new Turn({
      input,
      maxTurns: input.maxTurns ?? environment.PRAKTOR_MAX_TURNS,
      modelTimeoutMs: environment.PRAKTOR_MODEL_TIMEOUT_MS,
      workspace: environment.PRAKTOR_WORKSPACE,
      pool: this.#sessions,
      addFact: (fact) => this.#outbox.add(key, fact),
      publish: (type, index, content) => {
        this.#bus.publish(agentOutput(environment.GROUP_ID), { type, ...key, index, content });
      },
      now,
      logger,
    });
  }
}
