/** The way out of an `allowlist` sandbox: an HTTP proxy (CONNECT and plain HTTP) that goes to the group's named hosts and nowhere else. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type Socket, connect } from "node:net";
import type { Duplex } from "node:stream";
import type { NetworkPolicy } from "@praktor/protocol/network";
import type { HostAnswer } from "../agent/host-approvals.ts";
import type { Logger } from "../kit/logger.ts";
import { errorMessage } from "../kit/praktor-error.ts";
import { connectTarget, type ForwardTarget, isAllowed, listEntry, needsYes, plainTarget } from "./forward-target.ts";
import { clientGone, Refusal, refusePlain, refuseTunnel } from "./forward-refusal.ts";
import { HeldClient } from "./held-client.ts";
import { passPlainRequest } from "./pass-plain-request.ts";
import { isPublicAddress } from "./public-address.ts";
import type { RefusedHosts } from "./refused-hosts.ts";

export interface ForwardRules {
  policy: NetworkPolicy;
  /** `host` or `host:port`, in small letters. */
  allow: readonly string[];
  /** What of it is reached only after a person's yes; a bare host at every port. */
  ask: readonly string[];
  /** Whose rules these are: on whose page refusals are shown. */
  ownerId: string;
}

export interface ForwardProxyOptions {
  logger: Logger;
  now: () => number;
  /** The group that a token belongs to, where it may be used from here. */
  groupOf: (token: string, bridgeGroupId: string | null) => Promise<string | null>;
  rulesOf: (groupId: string) => Promise<ForwardRules | null>;
  /** Asks people whether the group's sandbox may reach a place, and waits. Rejects only when the signal aborts. */
  askHost: (groupId: string, place: string, signal: AbortSignal) => Promise<HostAnswer>;
  /** Every address of a name, asked for once: the one that was looked at is the one that is connected to. */
  resolve: (host: string) => Promise<readonly string[]>;
  refused: RefusedHosts;
  /** Tests have no public addresses. */
  isPublic?: (address: string) => boolean;
}

/** Whoever asks, and the signal that it has gone. */
interface Caller {
  client: Duplex;
  gone: AbortSignal;
}

/** `unknownToken`: one was shown, and it is nobody's who may use it here. */
export interface Passed {
  unknownToken: boolean;
}

const passed: Passed = { unknownToken: false };
const maxConnectionsPerGroup = 128;
/** Of those, how many wait for a person. */
const maxWaitingPerGroup = 32;
const connectTimeoutMs = 10_000;
/** Longer than any server keeps a quiet connection that is worth keeping. */
const idleTimeoutMs = 10 * 60_000;
const triedAddresses = 3;

export class ForwardProxy implements Disposable {
  readonly #options: ForwardProxyOptions;
  /** The sandboxes' sides of open connections, by group. */
  readonly #open = new Map<string, Set<Duplex>>();
  /** Each asked once: its answer ends it, and so one of these is one connection to a host. */
  readonly #asked = new WeakSet<Duplex>();
  /** By group: how many of them wait for a person's yes. */
  readonly #waiting = new Map<string, number>();

  constructor(options: ForwardProxyOptions) {
    this.#options = options;
  }

  /** `bridgeGroupId`: whose bridge the request came over; null where sandboxes of all groups come. Never rejects. */
  async tunnel(request: IncomingMessage, client: Duplex, head: Buffer, bridgeGroupId: string | null): Promise<Passed> {
    // A client that goes away is noticed by whatever is done next.
    client.on("error", () => client.destroy());
    const held = new HeldClient(client, head);
    try {
      const target = connectTarget(request.url ?? "");
      const upstream = await this.#enter(request, target, { client, gone: held.signal }, bridgeGroupId);
      if (client.destroyed) {
        upstream.destroy();
        return passed;
      }
      this.#keep(client, upstream);
      upstream.once("close", () => client.end());
      client.write("HTTP/1.1 200 Connection established\r\n\r\n");
      const early = held.release();
      if (early.length > 0) upstream.write(early);
      client.pipe(upstream);
      upstream.pipe(client);
      return passed;
    } catch (error) {
      const refusal = this.#refusal(error);
      held.release();
      refuseTunnel(client, refusal);
      return refusal;
    }
  }

  /** One plain HTTP request whose target is a whole URL. Never rejects. */
  async pass(request: IncomingMessage, response: ServerResponse, bridgeGroupId: string | null): Promise<Passed> {
    const gone = new AbortController();
    response.once("close", () => gone.abort());
    try {
      const target = plainTarget(request.url ?? "");
      const caller = { client: request.socket, gone: gone.signal };
      const upstream = await this.#enter(request, target, caller, bridgeGroupId);
      if (target === null || response.destroyed) {
        upstream.destroy();
        return passed;
      }
      this.#keep(request.socket, upstream);
      passPlainRequest(request, response, upstream, target);
      return passed;
    } catch (error) {
      const refusal = this.#refusal(error);
      refusePlain(response, refusal);
      return refusal;
    }
  }

  /** What was allowed may be so no more: the group's connections are cut, and those still wanted are made again. */
  cut(groupId: string): void {
    for (const client of this.#open.get(groupId) ?? []) client.destroy();
  }

  [Symbol.dispose](): void {
    for (const groupId of this.#open.keys()) this.cut(groupId);
  }

  /** Decides, and connects. Throws a `Refusal`. */
  async #enter(
    request: IncomingMessage,
    target: ForwardTarget | null,
    caller: Caller,
    bridgeGroupId: string | null,
  ): Promise<Socket> {
    const { groupOf, rulesOf } = this.#options;
    if (this.#asked.has(caller.client)) throw new Refusal(400, "The proxy takes one request a connection.");
    this.#asked.add(caller.client);
    const token = proxyToken(request.headers["proxy-authorization"]);
    const groupId = token === null ? null : await groupOf(token, bridgeGroupId);
    if (groupId === null) {
      // Without one many programs ask first, and are told how.
      const sentence = "The proxy needs this sandbox's own token, as HTTPS_PROXY has it.";
      throw new Refusal(407, sentence, token !== null);
    }
    if (target === null) throw new Refusal(400, "The proxy takes CONNECT host:port and http:// URLs of a named host.");
    const rules = await rulesOf(groupId);
    if (rules?.policy !== "allowlist") {
      throw new Refusal(403, "This group has no allow-list, so the proxy is closed to it.");
    }
    if (!isAllowed(target, rules.allow)) {
      const place = listEntry(target);
      throw this.#noted(
        rules.ownerId,
        target,
        `${place} is not on this group's list of allowed hosts; the owner can add it.`,
      );
    }
    if ((this.#open.get(groupId)?.size ?? 0) >= maxConnectionsPerGroup) {
      throw new Refusal(503, `This group has ${maxConnectionsPerGroup} connections open, which is as many as it may.`);
    }
    if (caller.client.destroyed) throw clientGone();
    // Counted from here on, so that a thousand at once cannot all slip by the bound.
    this.#count(groupId, caller.client);
    if (needsYes(target, rules.ask)) await this.#wait(groupId, target, caller);
    return await this.#connect(rules.ownerId, target, caller.gone);
  }

  /** Until people have said yes. Throws a `Refusal`. */
  async #wait(groupId: string, target: ForwardTarget, { client, gone }: Caller): Promise<void> {
    const waiting = this.#waiting.get(groupId) ?? 0;
    const place = listEntry(target);
    if (waiting >= maxWaitingPerGroup) {
      throw new Refusal(503, `${waiting} connections of this group wait for a person's yes already.`);
    }
    this.#waiting.set(groupId, waiting + 1);
    try {
      const answer = await this.#options.askHost(groupId, place, gone);
      if (answer.type === "refused") throw new Refusal(403, answer.reason);
      closeWith(client, answer.until);
    } catch (error) {
      // Nobody is there to read it.
      throw gone.aborted ? clientGone() : error;
    } finally {
      const left = (this.#waiting.get(groupId) ?? 1) - 1;
      if (left === 0) this.#waiting.delete(groupId);
      else this.#waiting.set(groupId, left);
    }
  }

  async #connect(ownerId: string, target: ForwardTarget, gone: AbortSignal): Promise<Socket> {
    const { resolve, isPublic = isPublicAddress } = this.#options;
    const addresses = await resolve(target.host).catch((error: unknown) => {
      throw new Refusal(502, `The name ${target.host} was not found: ${errorMessage(error)}`);
    });
    // One bad address makes the name untrustworthy as a whole.
    if (addresses.length === 0 || !addresses.every(isPublic)) {
      throw this.#noted(ownerId, target, `${target.host} does not lead to a public address, and others are refused.`);
    }
    let failure: unknown;
    for (const address of addresses.slice(0, triedAddresses)) {
      if (gone.aborted) throw clientGone();
      try {
        return await connected(address, target.port, gone);
      } catch (error) {
        failure = error;
      }
    }
    throw new Refusal(502, `${target.host}:${target.port} could not be reached: ${errorMessage(failure)}`);
  }

  #noted(groupId: string, target: ForwardTarget, reason: string): Refusal {
    const { refused, logger, now } = this.#options;
    refused.add(groupId, { host: listEntry(target), reason, at: now() });
    logger.info({ group: groupId, host: target.host, port: target.port }, "an agent was refused a host");
    return new Refusal(403, reason);
  }

  #count(groupId: string, client: Duplex): void {
    const open = this.#open.get(groupId) ?? new Set<Duplex>();
    this.#open.set(groupId, open);
    open.add(client);
    client.once("close", () => open.delete(client));
  }

  #keep(client: Duplex, upstream: Socket): void {
    const gone = (): void => void upstream.destroy();
    client.once("close", gone);
    upstream.once("close", () => client.removeListener("close", gone));
    upstream.on("error", () => upstream.destroy());
    upstream.setTimeout(idleTimeoutMs, () => upstream.destroy());
  }

  #refusal(error: unknown): Refusal {
    if (error instanceof Refusal) return error;
    this.#options.logger.warn({ error: errorMessage(error) }, "the forward proxy failed");
    return new Refusal(500, "The gateway could not do this; its log says why.");
  }
}

function closeWith(client: Duplex, until: AbortSignal): void {
  const close = (): void => void client.destroy();
  if (until.aborted) close();
  until.addEventListener("abort", close, { once: true });
  client.once("close", () => until.removeEventListener("abort", close));
}

/** Of the credentials that a proxy's URL carries: any user name, the token as the password. */
function proxyToken(header: string | undefined): string | null {
  const encoded = /^basic +(?<encoded>[A-Za-z0-9+/_-]{1,400}={0,2})$/i.exec(header ?? "")?.groups?.["encoded"];
  if (encoded === undefined) return null;
  const pair = Buffer.from(encoded, "base64").toString("utf8");
  const colon = pair.indexOf(":");
  return colon === -1 ? null : pair.slice(colon + 1);
}

async function connected(address: string, port: number, gone: AbortSignal): Promise<Socket> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const socket = connect({ host: address, port, allowHalfOpen: true, noDelay: true });
  const timer = setTimeout(() => socket.destroy(new Error("it did not answer within 10 s")), connectTimeoutMs);
  const giveUp = (): void => void socket.destroy(new Error("nobody waits for it"));
  gone.addEventListener("abort", giveUp, { once: true });
  socket.once("connect", resolve).once("error", reject);
  try {
    await promise;
    socket.removeListener("error", reject);
    return socket;
  } finally {
    clearTimeout(timer);
    gone.removeEventListener("abort", giveUp);
  }
}
