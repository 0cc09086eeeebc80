/** What each group's sandbox may reach: the policy in force, the proxy for allowed hosts, and what the page shows of both. */
import { lookup } from "node:dns/promises";
import type { NetworkPolicy } from "@praktor/protocol/network";
import type { SandboxRenewals } from "./agent/sandbox-renewals.ts";
import type { Settings } from "./config/schema.ts";
import { boundedLogger } from "./kit/bounded-logger.ts";
import type { Clock } from "./kit/clock.ts";
import type { Logger } from "./kit/logger.ts";
import { hashSandboxToken } from "./kit/sandbox-token.ts";
import { networkRules } from "./network-rules.ts";
import { ForwardProxy, type ForwardProxyOptions, type ForwardRules } from "./sandbox-api/forward-proxy.ts";
import { RefusedHosts } from "./sandbox-api/refused-hosts.ts";
import type { SandboxHost } from "./sandbox/sandbox.ts";
import type { GroupStore } from "./store/contract/group-store.ts";
import type { SandboxStore } from "./store/contract/sandbox-store.ts";
import type { WebNetwork } from "./web/ports.ts";

export interface NetworkParts {
  store: { groups: GroupStore; sandboxes: SandboxStore };
  host: SandboxHost;
  clock: Clock;
  log: Logger;
  /** Made after the sandboxes. */
  renewals: () => SandboxRenewals;
  /** Asks people whether a group's sandbox may reach a host. */
  askHost: ForwardProxyOptions["askHost"];
}

export interface Network {
  networkOf: (groupId: string) => Promise<NetworkPolicy>;
  forwardProxy: ForwardProxy;
  forWeb: WebNetwork;
  /** Says in the log which groups' policies do not hold. */
  warn: () => Promise<void>;
}

export function makeNetwork(settings: Settings, { store, host, clock, log, renewals, askHost }: NetworkParts): Network {
  const defaultPolicy = settings.sandbox.network;
  const refused = new RefusedHosts();
  const rulesOf = (groupId: string): Promise<ForwardRules | null> => networkRules(store.groups, groupId, defaultPolicy);
  const forwardProxy = new ForwardProxy({
    logger: boundedLogger(log, clock),
    now: () => clock.now(),
    groupOf: async (token, bridgeGroupId) => {
      const sandbox = await store.sandboxes.byTokenHash(hashSandboxToken(token));
      return sandbox && (bridgeGroupId === null || sandbox.groupId === bridgeGroupId) ? sandbox.groupId : null;
    },
    rulesOf,
    askHost,
    resolve: async (name) => (await lookup(name, { all: true })).map(({ address }) => address),
    refused,
  });
  return {
    networkOf: async (groupId) => (await rulesOf(groupId))?.policy ?? defaultPolicy,
    forwardProxy,
    forWeb: {
      defaultPolicy,
      notEnforced: host.openNetwork,
      isPending: (groupId) => renewals().isPending(groupId),
      refused: (groupId) => refused.of(groupId),
      changed: async (groupId) => {
        const hidden = (await store.groups.all()).filter(
          ({ parentId, filesOf }) => parentId === groupId || filesOf === groupId,
        );
        for (const id of [groupId, ...hidden.map((group) => group.id)]) {
          // What was allowed may be so no more, also in the middle of a connection.
          forwardProxy.cut(id);
          await renewals().look(id);
        }
      },
    },
    warn: async () => {
      const groups = await store.groups.list();
      const unasked = groups.filter(
        ({ network, approvalHosts }) => approvalHosts.length > 0 && (network ?? defaultPolicy) === "open",
      );
      if (unasked.length > 0) {
        log.warn(
          { groups: unasked.map(({ id }) => id) },
          "these groups name hosts that need a person's yes (approval_hosts), but under the network policy `open` nobody can be asked: set theirs to `allowlist`",
        );
      }
      if (host.openNetwork === null) return;
      const limited = groups.filter((group) => (group.network ?? defaultPolicy) !== "open");
      if (limited.length === 0 && defaultPolicy === "open") return;
      log.warn({ default: defaultPolicy, groups: limited.map((group) => group.id) }, host.openNetwork);
    },
  };
}
