/** The listener for people: Mission Control, its REST API and its WebSocket. */
import type { Server } from "node:http";
import { createServer } from "node:http";
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { MOST_FILE_BYTES } from "@praktor/protocol/workspace";
import { RequestError, getRequestListener } from "@hono/node-server";
import type { ErrorBody } from "@praktor/protocol/rest";
import { noAudit, type Audit } from "../kit/audit.ts";
import { Background } from "../kit/background.ts";
import type { Clock } from "../kit/clock.ts";
import type { Logger } from "../kit/logger.ts";
import { PraktorError, errorMessage } from "../kit/praktor-error.ts";
import { createApp } from "./app.ts";
import { EventHub } from "./event-hub.ts";
import { FloodNotes } from "./flood-notes.ts";
import { guessGate } from "./guess-gate.ts";
import { isShort, minimumLength, requirePassword, type MadePassword } from "./password.ts";
import type {
  WebActions,
  WebApprovals,
  WebInstructions,
  WebNetwork,
  WebPairing,
  WebEvents,
  WebSpending,
  WebStore,
  WebSwarms,
  WebTasks,
  WebWorkspace,
  WebRedactor,
  WebVault,
} from "./ports.ts";
import { SignIn } from "./sign-in.ts";
import { acceptUpgrades } from "./socket-upgrade.ts";
import { StaticFiles } from "./static-files.ts";

/** For a page without agents. */
const noApprovals: WebApprovals = {
  open: () => Promise.resolve([]),
  choose: () => Promise.reject(new PraktorError("not_found", "There is no such question.")),
};

export interface WebServerOptions {
  /** An address of this machine. Any but loopback needs a password of at least 12 characters. */
  host: string;
  /** 0: any free one; `url` says which. */
  port: number;
  password: string | MadePassword | null;
  /** Where the built page lies; it may be missing. */
  uiDirectory: string;
  version: string;
  /** The gateway's epoch: frames of an earlier life are told from this one's. */
  epoch: number;
  logger: Logger;
  clock: Clock;
  store: WebStore;
  actions: WebActions;
  tasks: WebTasks;
  swarms: WebSwarms;
  workspace: WebWorkspace;
  network: WebNetwork;
  instructions: WebInstructions;
  spending: WebSpending;
  /** Null or absent without Telegram. */
  pairing?: WebPairing | null;
  approvals?: WebApprovals;
  events: WebEvents;
  vault?: WebVault;
  /** Absent: answers are given as they are. */
  redactor?: WebRedactor;
  /** Absent: nothing is kept. */
  audit?: Audit;
  /** Believes `X-Forwarded-Proto` and `X-Forwarded-For`; only behind a proxy that sets both. */
  behindProxy?: boolean;
  /** The only host names, besides loopback, that the page is served under. */
  allowedHosts?: readonly string[];
  /** The largest file that is taken for a workspace. */
  maxFileBytes?: number;
}

const stopGraceMs = 2_000;
const maxConnections = 1_000;

export class WebServer implements AsyncDisposable {
  readonly #options: WebServerOptions;
  readonly #background: Background;
  #server: Server | null = null;
  #hub: EventHub | null = null;
  #url: string | null = null;

  constructor(options: WebServerOptions) {
    this.#options = options;
    this.#background = new Background((error) =>
      options.logger.error({ err: error }, `a WebSocket could not be opened: ${errorMessage(error)}`),
    );
  }

  /** The address that it listens on, without a slash at the end. */
  get url(): string {
    if (this.#url === null)
      throw new PraktorError("not_started", "The web server has no address before it is started.");
    return this.#url;
  }

  /** Rejects with `web_password` when it would be open to others, with `web_listen` when it cannot listen. */
  async start(signal: AbortSignal): Promise<void> {
    const { host, port, password, store, clock, epoch, events, logger } = this.#options;
    requirePassword(host, password);
    if (isShort(password)) {
      const advice = `set web.auth (PRAKTOR_WEB_PASSWORD) to ${minimumLength} characters or more`;
      logger.warn(
        { host },
        `the page's password is short, and every program of this machine can try to guess it: ${advice}`,
      );
    }
    const signIn = await SignIn.open(password, store.settings, clock);
    signal.throwIfAborted();
    const hub = new EventHub({ clock, epoch, holds: (caller) => signIn.holds(caller) });
    const server = this.#createServer(signIn, hub);
    try {
      server.listen({ host, port });
      await once(server, "listening", { signal });
    } catch (error) {
      server.close();
      signal.throwIfAborted();
      throw new PraktorError("web_listen", `The page cannot be served on ${host}:${port}: ${errorMessage(error)}.`, {
        hint: "Set web.host and web.port to an address of this machine and a free port.",
        cause: error,
      });
    }
    server.on("error", (error) => logger.error({ err: error }, `the web listener failed: ${error.message}`));
    hub.start(events);
    this.#server = server;
    this.#hub = hub;
    this.#url = urlOf(server, host);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const server = this.#server;
    this.#server = null;
    this.#hub?.[Symbol.dispose]();
    if (server?.listening) {
      const closed = once(server, "close");
      server.close();
      server.closeIdleConnections();
      await Promise.race([closed, delay(stopGraceMs, undefined, { ref: false })]);
      await this.#background[Symbol.asyncDispose]();
      this.#hub?.cut();
      server.closeAllConnections();
      await closed;
    }
  }

  #createServer(signIn: SignIn, hub: EventHub): Server {
    const {
      store,
      actions,
      tasks,
      swarms,
      workspace,
      network,
      instructions,
      spending,
      pairing = null,
      approvals = noApprovals,
      audit = noAudit,
    } = this.#options;
    const { vault = null, redactor = { redact: (text: string) => text, redactDeep: (value: unknown) => value } } =
      this.#options;
    const { clock, version, logger, allowedHosts } = this.#options;
    const behindProxy = this.#options.behindProxy ?? false;
    const floods = new FloodNotes(audit, clock);
    const parts = {
      store,
      actions,
      tasks,
      swarms,
      workspace,
      network,
      instructions,
      spending,
      pairing,
      approvals,
      audit,
      floods,
      vault,
      redactor,
      hub,
      signIn,
      clock,
      logger,
      version,
      behindProxy,
      maxFileBytes: this.#options.maxFileBytes ?? MOST_FILE_BYTES,
    };
    const app = createApp(parts, new StaticFiles(this.#options.uiDirectory), allowedHosts);
    const gate = guessGate({ signIn, behindProxy, floods });
    const listener = getRequestListener(
      // The adapter's fast `Request` and `Response` would otherwise replace those of the whole process.
      (request, env) => app.fetch(request, env),
      { overrideGlobalObjects: false, errorHandler: (error) => brokenRequest(error, logger) },
    );
    const server = createServer(
      {
        // A file may be sent for long; a connection on which nothing moves is closed by `timeout`.
        requestTimeout: 60 * 60 * 1000,
        headersTimeout: 20_000,
        shouldUpgradeCallback: (incoming) => incoming.headers.upgrade?.toLowerCase() === "websocket",
      },
      (incoming, outgoing) => {
        const refused = gate(incoming);
        if (refused) outgoing.writeHead(refused.status, refused.headers).end(refused.body);
        else void listener(incoming, outgoing);
      },
    );
    server.timeout = 120_000;
    server.maxConnections = maxConnections;
    acceptUpgrades(server, { app, gate, hub, background: this.#background });
    return server;
  }
}

/** What cannot even be made a request (a broken address or Host header), or fails outside of every route. */
function brokenRequest(error: unknown, logger: Logger): Response {
  const malformed = error instanceof RequestError;
  if (!malformed) logger.error({ err: error }, `a request failed: ${errorMessage(error)}`);
  const body: ErrorBody = {
    error: malformed
      ? { code: "invalid", message: `The request is malformed: ${error.message}.` }
      : { code: "internal", message: "Something went wrong in the gateway; its log says what." },
  };
  return Response.json(body, { status: malformed ? 400 : 500 });
}

function urlOf(server: Server, host: string): string {
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
