/** A sandbox endpoint on loopback in front of a stand-in of the model's API, with two groups' sandboxes that may use it. */
import { request as httpRequest } from "node:http";
import type { NetworkPolicy } from "@praktor/protocol/network";
import type { CredentialReply } from "@praktor/protocol/sandbox-endpoint";
import { Transfers } from "../../agent/transfers.ts";
import { systemClock } from "../../kit/clock.ts";
import { timeSortedIds } from "../../kit/ids.ts";
import { silentLogger } from "../../kit/logger.ts";
import { hashSandboxToken } from "../../kit/sandbox-token.ts";
import type { Rate } from "../../kit/token-bucket.ts";
import { Prices, type ModelPrice } from "../../usage/prices.ts";
import { Spending, type SpendingOptions } from "../../usage/spending.ts";
import type { CallOutcome } from "../model-health.ts";
import { endpointReach } from "../endpoint-reach.ts";
import { ForwardProxy, type ForwardProxyOptions, type ForwardRules } from "../forward-proxy.ts";
import { ModelProxy, type ModelCall, type ModelCredential } from "../model-proxy.ts";
import { isPublicAddress } from "../public-address.ts";
import { RefusedHosts } from "../refused-hosts.ts";
import { SandboxEndpoint, type KnownSandbox } from "../sandbox-endpoint.ts";
import { Strangers } from "../strangers.ts";
import { Upstream } from "./upstream.ts";

export const realKey = "sk-canary-of-the-gateway";
export const tokenOf = (groupId: string): string => `token-${groupId}`;

/** Dollars a day for each group, and one price for all models: a dollar for a million tokens read, ten for those written. */
export function spendingOf(
  groupDay: number | null = null,
  onNear: SpendingOptions["onNear"] = () => {},
  prices: Readonly<Record<string, ModelPrice>> = {},
): Spending {
  const price = { input: 1, output: 10, cacheWrite5m: 1, cacheWrite1h: 1, cacheRead: 1 };
  return new Spending({
    limits: { groupDay, day: null, month: null },
    prices: new Prices({ ...prices, "*": price }),
    timeZone: "UTC",
    now: () => systemClock.now(),
    payerOf: (id) => Promise.resolve({ id, dayBudgetUsd: "default" }),
    onNear,
  });
}

export class EndpointBench implements AsyncDisposable {
  readonly upstream = new Upstream();
  readonly transfers = new Transfers(timeSortedIds(systemClock));
  readonly calls: ModelCall[] = [];
  readonly outcomes: CallOutcome[] = [];
  /** Without a limit, unless a test sets another. */
  spending = spendingOf();
  readonly issued: { sandbox: KnownSandbox; userPublicKey: string; reachHost: string }[] = [];
  /** By token; taken out when its sandbox is stopped. */
  readonly sandboxes = new Map<string, KnownSandbox>();
  readonly endpoint: SandboxEndpoint;
  /** By group. */
  readonly rules = new Map<string, ForwardRules>();
  /** Names that the forward proxy can find. */
  /** What people say; replaced by a test. */
  askHost: ForwardProxyOptions["askHost"] = () => Promise.reject(new Error("nobody is to be asked"));
  readonly names = new Map<string, string[]>();
  readonly resolved: string[] = [];
  readonly refused = new RefusedHosts();
  readonly forwardProxy: ForwardProxy;
  port = 0;
  /** The endpoint's clock, in milliseconds. */
  now = 0;

  /** Replaced by a measurement that asks a real store. */
  findSandbox = (hash: string): Promise<KnownSandbox | null> => Promise.resolve(this.sandboxes.get(hash) ?? null);
  policyOf = (groupId: string): Promise<NetworkPolicy> => Promise.resolve(this.rules.get(groupId)?.policy ?? "open");
  /** Whether agents with an allowlist may search the web at the model's endpoint. */
  webSearch = false;

  /** How often a token was looked up. */
  lookedUp = 0;

  constructor(credential: ModelCredential | null, baseUrl: () => string, rate?: Rate, strangers?: Rate) {
    for (const groupId of ["a", "b"]) {
      this.sandboxes.set(hashSandboxToken(tokenOf(groupId)), { id: `sandbox-${groupId}`, groupId });
    }
    const spending = (): Spending => this.spending;
    this.forwardProxy = new ForwardProxy({
      logger: silentLogger,
      now: () => 0,
      groupOf: (token, bridge) => {
        this.lookedUp += 1;
        const groupId = this.sandboxes.get(hashSandboxToken(token))?.groupId ?? null;
        return Promise.resolve(bridge === null || bridge === groupId ? groupId : null);
      },
      askHost: (groupId, place, signal) => this.askHost(groupId, place, signal),
      rulesOf: (groupId) => Promise.resolve(this.rules.get(groupId) ?? null),
      resolve: (host) => {
        this.resolved.push(host);
        const addresses = this.names.get(host);
        return addresses ? Promise.resolve(addresses) : Promise.reject(new Error("ENOTFOUND"));
      },
      refused: this.refused,
      // Loopback stands for the internet here: there is nothing else to connect to.
      isPublic: (address) => address === "127.0.0.1" || isPublicAddress(address),
    });
    this.endpoint = new SandboxEndpoint({
      forwardProxy: this.forwardProxy,
      port: 0,
      now: () => this.now,
      // Tests and measurements ask faster than any agent.
      rate: rate ?? { burst: 1_000_000, perSecond: 1_000_000 },
      ...(strangers === undefined
        ? {}
        : // Tests have loopback alone.
          { strangers: new Strangers({ now: () => this.now, rate: strangers, isShared: () => false }) }),
      logger: silentLogger,
      transfers: this.transfers,
      modelProxy: new ModelProxy({
        get baseUrl() {
          return baseUrl();
        },
        credential,
        logger: silentLogger,
        now: () => performance.now(),
        get spending() {
          return spending();
        },
        onCall: (call) => this.calls.push(call),
        onOutcome: (outcome) => this.outcomes.push(outcome),
        reachOf: async (groupId) => endpointReach(await this.policyOf(groupId), this.webSearch),
        lingerMs: 200,
      }),
      secretsOf: () => Promise.resolve({ env: {}, files: {} }),
      findSandbox: (hash) => {
        this.lookedUp += 1;
        return this.findSandbox(hash);
      },
      issueCredential: (sandbox, userPublicKey, reachHost): Promise<CredentialReply> => {
        this.issued.push({ sandbox, userPublicKey, reachHost });
        return Promise.resolve({ jwt: "jwt", expires_ms: 1, inboxPrefix: "_INBOX_x", natsUrl: "nats://x" });
      },
    });
  }

  static async start(
    credential: ModelCredential | null = { type: "api_key", key: realKey },
    baseUrl?: string,
    rate?: Rate,
    strangers?: Rate,
  ): Promise<EndpointBench> {
    const bench: EndpointBench = new EndpointBench(credential, () => baseUrl ?? bench.upstream.url, rate, strangers);
    await bench.upstream.start();
    bench.port = await bench.endpoint.listen("127.0.0.1", null, () => true);
    return bench;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  /** The target goes out as it is written: `fetch` would have tidied it. */
  async raw(
    method: string,
    target: string,
    headers: Record<string, string>,
    at = { host: "127.0.0.1", port: this.port },
  ): Promise<{ status: number; text: string }> {
    const { promise, resolve, reject } = Promise.withResolvers<{ status: number; text: string }>();
    const request = httpRequest({ ...at, method, path: target, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.once("error", reject);
      response.once("end", () =>
        resolve({ status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString("utf8") }),
      );
    });
    request.once("error", reject);
    request.end();
    return await promise;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.forwardProxy[Symbol.dispose]();
    await this.endpoint[Symbol.asyncDispose]();
    await this.upstream[Symbol.asyncDispose]();
  }
}
