/** The one HTTP service that sandboxes reach: credential, files, model proxy, forward proxy. Each request is under the sandbox's own token. */
import { createServer, type Server } from "node:http";
import type { Duplex } from "node:stream";
import { getRequestListener, type HttpBindings } from "@hono/node-server";
import {
  CredentialRequest,
  credentialPath,
  modelPath,
  secretsPath,
  type CredentialReply,
  type SecretsReply,
} from "@praktor/protocol/sandbox-endpoint";
import { Hono, type Context } from "hono";
import { bodyLimit } from "hono/body-limit";
import type { Transfers } from "../agent/transfers.ts";
import type { Logger } from "../kit/logger.ts";
import { errorMessage } from "../kit/praktor-error.ts";
import { hashSandboxToken } from "../kit/sandbox-token.ts";
import { TokenBuckets, type Rate } from "../kit/token-bucket.ts";
import { ConnectionDoor, unfinishedRequests, type ConnectionLimits } from "./connection-door.ts";
import type { ForwardProxy } from "./forward-proxy.ts";
import type { ModelProxy } from "./model-proxy.ts";
import { Strangers } from "./strangers.ts";

/** The sandbox that a token belongs to. */
export interface KnownSandbox {
  id: string;
  groupId: string;
}

export interface SandboxEndpointOptions {
  port: number;
  logger: Logger;
  transfers: Transfers;
  modelProxy: ModelProxy;
  forwardProxy: ForwardProxy;
  /** Null for a token that is unknown or whose sandbox was stopped. */
  findSandbox: (tokenHash: string) => Promise<KnownSandbox | null>;
  /** The token is in use: it must not be seen anywhere. */
  onToken?: (sandbox: KnownSandbox, token: string) => void;
  /** What the vault gives to a group. */
  secretsOf: (groupId: string) => Promise<SecretsReply>;
  issueCredential: (sandbox: KnownSandbox, userPublicKey: string, reachHost: string) => Promise<CredentialReply>;
  now: () => number;
  /** Of requests, for each sandbox; how long one takes does not count. */
  rate?: Rate;
  strangers?: Strangers;
  connections?: ConnectionLimits;
}

type Seen = { Bindings: HttpBindings; Variables: { sandbox: KnownSandbox } };

/** Claude Code with many helpers begins some ten calls a second, and files come and go beside them. */
const usualRate: Rate = { burst: 500, perSecond: 50 };

/** A public key and its quotes; a sandbox must not be able to fill the gateway's memory. */
const maxCredentialBytes = 4 * 1024;

/** Whether who connects from this address is of the place; undefined: it has gone already. */
export type Admits = (remoteAddress: string | undefined) => boolean;

/** One address it listens on; `groupId` null: sandboxes of every group come this way (loopback). */
interface Place {
  host: string;
  groupId: string | null;
  server: Server;
  port: number;
  /** The server knows them no more, and would wait for their end. */
  tunnels: Set<Duplex>;
}

export class SandboxEndpoint implements AsyncDisposable {
  readonly #options: SandboxEndpointOptions;
  readonly #places = new Map<string, Place>();
  readonly #rates: TokenBuckets;
  readonly #strangers: Strangers;
  readonly #door: ConnectionDoor;

  constructor(options: SandboxEndpointOptions) {
    this.#options = options;
    this.#rates = new TokenBuckets(options.rate ?? usualRate);
    this.#door = new ConnectionDoor(options.connections);
    this.#strangers = options.strangers ?? new Strangers(options);
  }

  /** Idempotent by host. Returns the real port. Rejects when the address cannot be bound. Who is not admitted is closed unread. */
  async listen(host: string, groupId: string | null, admits: Admits): Promise<number> {
    const existing = this.#places.get(host);
    if (existing) return existing.port;
    const tunnels = new Set<Duplex>();
    const server = this.#createServer(groupId, tunnels, admits);
    const port = await listening(server, host, this.#options.port);
    this.#places.set(host, { host, groupId, server, port, tunnels });
    return port;
  }

  async unlisten(host: string): Promise<void> {
    const place = this.#places.get(host);
    this.#places.delete(host);
    if (place) await closed(place);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const places = [...this.#places.values()];
    this.#places.clear();
    this.#options.modelProxy[Symbol.dispose]();
    await Promise.all(places.map((place) => closed(place)));
  }

  #createServer(groupId: string | null, tunnels: Set<Duplex>, admits: Admits): Server {
    const { forwardProxy } = this.#options;
    const answer = getRequestListener(this.#routes(groupId).fetch, { overrideGlobalObjects: false });
    const server = createServer(unfinishedRequests, (request, response) => {
      const { remoteAddress } = request.socket;
      const waitMs = this.#strangers.waitMs(remoteAddress);
      if (waitMs > 0) {
        response.writeHead(429, { "retry-after": seconds(waitMs), connection: "close" }).end();
        return;
      }
      // A whole URL is asked of a proxy; the endpoint's own paths begin with a slash.
      if (request.url?.startsWith("/") === true) void answer(request, response);
      else void this.#passOn(remoteAddress, forwardProxy.pass(request, response, groupId));
    });
    server.on("connect", (request, socket, head) => {
      const { remoteAddress } = request.socket;
      if (this.#strangers.waitMs(remoteAddress) > 0) socket.destroy();
      else {
        tunnels.add(socket);
        socket.once("close", () => tunnels.delete(socket));
        void this.#passOn(remoteAddress, forwardProxy.tunnel(request, socket, head, groupId));
      }
    });
    // The server's own limit is shorter than a large file takes at its reader's pace; the transfer has a deadline.
    server.requestTimeout = 0;
    server.on("connection", (socket) => {
      if (!admits(socket.remoteAddress)) socket.destroy();
    });
    this.#door.watch(server);
    return server;
  }

  async #passOn(remoteAddress: string | undefined, passed: Promise<{ unknownToken: boolean }>): Promise<void> {
    if ((await passed).unknownToken) this.#strangers.note(remoteAddress);
  }

  #routes(groupId: string | null): Hono<Seen> {
    const { transfers, modelProxy, issueCredential, logger } = this.#options;
    const app = new Hono<Seen>();

    app.use(async (context, next) => {
      const token = bearerToken(context);
      const sandbox = token === null ? null : await this.#options.findSandbox(hashSandboxToken(token));
      // A token is good only where its own sandbox can be: another group's bridge is not that place.
      if (!sandbox || (groupId !== null && sandbox.groupId !== groupId)) {
        this.#strangers.note(context.env.incoming.socket.remoteAddress);
        return refuse(context, 401, "authentication_error", "This sandbox's token is not known, or not known here.");
      }
      if (token !== null) this.#options.onToken?.(sandbox, token);
      const waitMs = this.#rates.take(sandbox.id, this.#options.now());
      if (waitMs > 0) {
        context.header("retry-after", seconds(waitMs));
        const sentence = "This sandbox asks Praktor more often than it may; wait a second and try again.";
        return refuse(context, 429, "rate_limit_error", sentence);
      }
      context.set("sandbox", sandbox);
      return await next();
    });

    app.post(credentialPath, bodyLimit({ maxSize: maxCredentialBytes }), async (context) => {
      const body: unknown = await context.req.json().catch(() => undefined);
      const request = CredentialRequest.safeParse(body);
      if (!request.success)
        return refuse(context, 400, "invalid_request_error", "userPublicKey must be an nkey of a user.");
      const reachHost = new URL(context.req.url).hostname;
      return context.json(await issueCredential(context.var.sandbox, request.data.userPublicKey, reachHost));
    });

    app.get(secretsPath, async (context) => {
      return context.json(await this.#options.secretsOf(context.var.sandbox.groupId));
    });

    app.put("/v1/files/:id", async (context) => {
      const body = context.req.raw.body ?? new ReadableStream<Uint8Array>({ start: (stream) => stream.close() });
      const taken = await transfers.receive(
        context.req.param("id"),
        context.var.sandbox.groupId,
        body,
        context.req.raw.signal,
      );
      return taken ? context.body(null, 204) : refuse(context, 404, "not_found_error", "Nobody waits for this file.");
    });

    app.get("/v1/files/:id", (context) => {
      const body = transfers.fetch(context.req.param("id"), context.var.sandbox.groupId);
      if (!body) return refuse(context, 404, "not_found_error", "No file is offered under this id.");
      return context.body(body, 200, { "content-type": "application/octet-stream" });
    });

    app.all(`${modelPath}/*`, async (context) => {
      const { pathname, search } = new URL(context.req.url);
      // Dots may have led out of it.
      if (!pathname.startsWith(`${modelPath}/`)) return context.notFound();
      return await modelProxy.handle(
        context.var.sandbox.groupId,
        context.req.raw,
        pathname.slice(modelPath.length) + search,
      );
    });

    app.notFound((context) => refuse(context, 404, "not_found_error", "The sandbox endpoint has no such path."));
    app.onError((error, context) => {
      logger.warn({ error: errorMessage(error), path: context.req.path }, "a request of a sandbox failed");
      return refuse(context, 500, "api_error", "The gateway could not do this; its log says why.");
    });
    return app;
  }
}

/** Claude Code sends its key as `x-api-key` or as a bearer token; the runner as a bearer token. */
function bearerToken(context: Context): string | null {
  const authorization = context.req.header("authorization");
  if (authorization?.startsWith("Bearer ")) return authorization.slice("Bearer ".length);
  return context.req.header("x-api-key") ?? null;
}

const seconds = (ms: number): string => String(Math.ceil(ms / 1000));

/** In the Messages API's error shape: the same listener serves Claude Code. */
function refuse(context: Context, status: 400 | 401 | 404 | 429 | 500, type: string, message: string): Response {
  return context.json({ type: "error", error: { type, message } }, status);
}

async function listening(server: Server, host: string, port: number): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  server.once("error", reject);
  server.listen(port, host, resolve);
  await promise;
  server.removeListener("error", reject);
  const address = server.address();
  return typeof address === "object" && address !== null ? address.port : port;
}

async function closed({ server, tunnels }: Place): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  server.closeAllConnections();
  for (const tunnel of tunnels) tunnel.destroy();
  await promise;
}
