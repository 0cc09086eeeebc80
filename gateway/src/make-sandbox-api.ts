/** What sandboxes may ask of the gateway over HTTP, and where each finds it: model calls, credentials, files, allowed hosts. */
import type { Transfers } from "./agent/transfers.ts";
import type { Settings } from "./config/schema.ts";
import type { Audit } from "./kit/audit.ts";
import { boundedLogger } from "./kit/bounded-logger.ts";
import type { Clock } from "./kit/clock.ts";
import type { Logger } from "./kit/logger.ts";
import { tokenSource } from "./make-sandboxes.ts";
import type { ModelAccess } from "./model-access.ts";
import type { NetworkPolicy } from "@praktor/protocol/network";
import type { Bus } from "./natsbus/bus.ts";
import type { ForwardProxy } from "./sandbox-api/forward-proxy.ts";
import type { ModelHealth } from "./sandbox-api/model-health.ts";
import { endpointReach } from "./sandbox-api/endpoint-reach.ts";
import { ModelProxy, type ModelCall } from "./sandbox-api/model-proxy.ts";
import { SandboxEndpoint } from "./sandbox-api/sandbox-endpoint.ts";
import { SandboxPlaces } from "./sandbox-api/sandbox-places.ts";
import type { SandboxUsers } from "./sandbox-api/sandbox-users.ts";
import type { SandboxStore } from "./store/contract/sandbox-store.ts";
import type { Spending } from "./usage/spending.ts";
import type { Redactor } from "./vault/redactor.ts";
import type { GivenSecret } from "./vault/vault.ts";

export interface SandboxApiParts {
  sandboxes: SandboxStore;
  bus: Bus;
  users: SandboxUsers;
  transfers: Transfers;
  access: ModelAccess;
  modelHealth: ModelHealth;
  spending: Spending;
  forwardProxy: ForwardProxy;
  redactor: Redactor;
  audit: Audit;
  clock: Clock;
  log: Logger;
  networkOf: (groupId: string) => Promise<NetworkPolicy>;
  /** Stores what a model call used. */
  onCall: (call: ModelCall) => void;
  secretsOf: (groupId: string) => Promise<GivenSecret[]>;
}

export interface SandboxApi {
  endpoint: SandboxEndpoint;
  places: SandboxPlaces;
}

export function makeSandboxApi(settings: Settings, parts: SandboxApiParts): SandboxApi {
  const { sandboxes, bus, users, transfers, modelHealth, spending, forwardProxy, redactor, clock } = parts;
  // A sandbox can cause its lines as often as it likes.
  const log = boundedLogger(parts.log, clock, (text) => redactor.redact(text));
  const modelProxy = new ModelProxy({
    ...parts.access,
    logger: log,
    now: () => clock.now(),
    spending,
    reachOf: async (groupId) => endpointReach(await parts.networkOf(groupId), settings.sandbox.allowlist_web_search),
    onCall: parts.onCall,
    onOutcome: (outcome) => modelHealth.note(outcome),
  });
  const endpoint = new SandboxEndpoint({
    port: settings.sandbox.port,
    now: () => clock.now(),
    logger: log,
    transfers,
    modelProxy,
    forwardProxy,
    onToken: ({ id }, token) => {
      // Of a sandbox that an earlier life started, nobody else knows it.
      if (!redactor.knows(tokenSource(id))) redactor.know(tokenSource(id), [token]);
    },
    secretsOf: async (groupId) => {
      const given = await parts.secretsOf(groupId);
      const of = (wanted: GivenSecret["delivery"]): Record<string, string> =>
        Object.fromEntries(
          given.filter(({ delivery }) => delivery === wanted).map(({ target, value }) => [target, value]),
        );
      return { env: of("env"), files: of("file") };
    },
    findSandbox: (tokenHash) => sandboxes.byTokenHash(tokenHash),
    issueCredential: async (sandbox, userPublicKey, reachHost) =>
      await users.issue(sandbox, userPublicKey, await places.natsUrl(sandbox.groupId, reachHost)),
  });
  const places = new SandboxPlaces({
    natsPort: settings.nats.port,
    externalNatsUrl: settings.nats.url,
    openNats: (address, admits) => bus.listen(address, admits),
    closeNats: (address) => bus.unlisten(address),
    endpoint,
    onForeign: ({ groupId, fromGroupId, address }) =>
      parts.audit.record({
        actor: { type: "agent", id: fromGroupId ?? address },
        action: "sandbox.connect",
        outcome: "refused",
        groupId,
        detail: `from ${address}`,
      }),
  });
  return { endpoint, places };
}
