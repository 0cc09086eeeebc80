/** One bridge for each group, so that no agent shares a network with another; the gateway joins them all. */
import { createServer } from "node:net";
import { z } from "zod";
import type { Clock } from "../../kit/clock.ts";
import type { Logger } from "../../kit/logger.ts";
import { errorMessage } from "../../kit/praktor-error.ts";
import type { KeyedLock } from "../keyed-lock.ts";
import type { SandboxGroup, SandboxPlace } from "../sandbox.ts";
import { sandboxError } from "../sandbox-error.ts";
import { bridgeOptions, isInternal } from "./bridge-options.ts";
import { networkName } from "./container-request.ts";
import { type Engine, statusOf } from "./engine.ts";
import { FoundContainer } from "./found-container.ts";
import { groupLabels, label, ofInstall } from "./labels.ts";

/** The gateway's name on every group's bridge when it is a container itself. */
export const gatewayAlias = "praktor-gateway";
/** A bridge that was asked for so recently may be about to get its container. */
const recentMs = 60_000;

const FoundNetwork = z.object({
  Id: z.string(),
  Name: z.string(),
  Created: z.string(),
  Internal: z.boolean(),
  Options: z
    .record(z.string(), z.string())
    .nullish()
    .transform((options) => options ?? {}),
  Labels: z
    .record(z.string(), z.string())
    .nullish()
    .transform((labels) => labels ?? {}),
  IPAM: z.object({
    Config: z.array(z.object({ Gateway: z.string().optional(), Subnet: z.string().optional() })).nullish(),
  }),
  Containers: z
    .record(z.string(), z.unknown())
    .nullish()
    .transform((containers) => Object.keys(containers ?? {})),
});
type FoundNetwork = z.infer<typeof FoundNetwork>;

export interface GroupNetworksOptions {
  engine: Engine;
  installId: string;
  prefix: string;
  clock: Clock;
  logger: Logger;
  /** Shared with the host's launches, by folder: a bridge is not removed under a launch. */
  lock: KeyedLock;
}

export class GroupNetworks {
  readonly #options: GroupNetworksOptions;
  readonly #usedAt = new Map<string, number>();
  /** Asked for, and not given back since. */
  readonly #awaiting = new Set<string>();

  constructor(options: GroupNetworksOptions) {
    this.#options = options;
  }

  /** Only a container keeps it from now on. */
  release(folder: string): void {
    this.#awaiting.delete(networkName(this.#options.prefix, folder));
  }

  /** Makes the bridge where it is missing. The caller holds the folder's lock. `own`: the gateway's container, if it is one. */
  async ensure(group: SandboxGroup, own: FoundContainer | undefined, signal: AbortSignal): Promise<SandboxPlace> {
    const name = networkName(this.#options.prefix, group.folder);
    this.#asked(name);
    const network =
      (await this.#findFitting(group, name, own, signal)) ?? (await this.#create(group, name, own, signal));
    this.#refuseForeign(network, group);
    return own === undefined ? this.#placeOnHost(network) : this.#placeInContainer(network, own.Id, signal);
  }

  /** As `ensure`, for a bridge that somebody listens on already. Rejects with `policy_mismatch` when it is of another policy. */
  async require(group: SandboxGroup, own: FoundContainer | undefined, signal: AbortSignal): Promise<void> {
    const name = networkName(this.#options.prefix, group.folder);
    this.#asked(name);
    const network = (await this.#find(name, signal)) ?? (await this.#create(group, name, own, signal));
    this.#refuseForeign(network, group);
    if (own !== undefined) await this.#placeInContainer(network, own.Id, signal);
    if (network.Internal === isInternal(group)) return;
    throw sandboxError(
      "policy_mismatch",
      `The network ${name} is not what the group's policy "${group.network}" asks for.`,
      {
        hint: `Another container may still use it: see \`docker network inspect ${name}\`, and try again when that has ended.`,
        context: { groupId: group.groupId },
      },
    );
  }

  #asked(name: string): void {
    this.#usedAt.set(name, this.#options.clock.now());
    this.#awaiting.add(name);
  }

  #refuseForeign(network: FoundNetwork, group: SandboxGroup): void {
    const { Name: name } = network;
    if (network.Labels[label.install] !== this.#options.installId) {
      throw sandboxError("start_failed", `The network ${name} belongs to another installation of Praktor.`, {
        hint: `If that one is gone, remove it with \`docker network rm ${name}\`.`,
        context: { groupId: group.groupId },
      });
    }
  }

  /** Undefined also after a bridge of another policy was removed. One that a sandbox is on stays as it is. */
  async #findFitting(
    group: SandboxGroup,
    name: string,
    own: FoundContainer | undefined,
    signal: AbortSignal,
  ): Promise<FoundNetwork | undefined> {
    const found = await this.#find(name, signal);
    if (found === undefined) return undefined;
    this.#refuseForeign(found, group);
    const wanted = bridgeOptions(this.#options.prefix, group, own !== undefined);
    const fits =
      found.Internal === isInternal(group) &&
      Object.entries(wanted).every(([option, value]) => found.Options[option] === value);
    if (fits || found.Containers.some((id) => id !== own?.Id)) return found;
    await this.#remove(found, own?.Id, signal);
    return undefined;
  }

  /** Nothing happens where there is none, or a container still uses it. The caller holds the folder's lock. */
  async remove(folder: string, own: FoundContainer | undefined, signal: AbortSignal): Promise<void> {
    const name = networkName(this.#options.prefix, folder);
    const network = await this.#find(name, signal);
    if (network?.Labels[label.install] !== this.#options.installId) return;
    this.#usedAt.delete(name);
    this.#awaiting.delete(name);
    await this.#removeUnused(name, own?.Id, signal);
  }

  async #find(name: string, signal: AbortSignal): Promise<FoundNetwork | undefined> {
    const found = await this.#options.engine.find("Looking for the group's network", signal, (docker) =>
      docker.getNetwork(name).inspect(),
    );
    return found && FoundNetwork.parse(found);
  }

  async #create(
    group: SandboxGroup,
    name: string,
    own: FoundContainer | undefined,
    signal: AbortSignal,
  ): Promise<FoundNetwork> {
    const create = (): Promise<unknown> =>
      this.#options.engine.call("Making the group's network", signal, (docker) =>
        docker.createNetwork({
          Name: name,
          CheckDuplicate: true,
          Driver: "bridge",
          // The engine lets nothing through between such a bridge and the world.
          Internal: isInternal(group),
          EnableIPv6: false,
          Options: bridgeOptions(this.#options.prefix, group, own !== undefined),
          Labels: groupLabels(this.#options.installId, group),
        }),
      );
    try {
      await create();
    } catch (error) {
      if (!isExhausted(error)) throw error;
      if (!(await this.#removeLeastRecentlyUsed(own?.Id, signal))) throw exhausted(error);
      await create().catch((again: unknown) => {
        throw isExhausted(again) ? exhausted(again) : again;
      });
    }
    const network = await this.#find(name, signal);
    if (network === undefined) throw sandboxError("start_failed", `The network ${name} vanished while it was made.`);
    return network;
  }

  /** The bridge's own address on the host. */
  async #placeOnHost(network: FoundNetwork): Promise<SandboxPlace> {
    const address = network.IPAM.Config?.find((config) => config.Gateway !== undefined)?.Gateway;
    if (address === undefined || !(await canListen(address))) {
      throw sandboxError(
        "start_failed",
        `The container engine's network ${network.Name} (${address ?? "no address"}) does not end on this machine.`,
        { hint: "Run the gateway in the engine too (`docker compose up`), or use `sandbox.kind: process`." },
      );
    }
    return { listenHost: address, reachHost: address, sources: subnetsOf(network) };
  }

  async #placeInContainer(network: FoundNetwork, ownId: string, signal: AbortSignal): Promise<SandboxPlace> {
    const address = (await this.#ownAddress(network, ownId, signal)) ?? (await this.#join(network, ownId, signal));
    return { listenHost: address, reachHost: gatewayAlias, sources: subnetsOf(network) };
  }

  async #join(network: FoundNetwork, ownId: string, signal: AbortSignal): Promise<string> {
    await this.#options.engine.call("Joining the group's network", signal, (docker) =>
      docker
        .getNetwork(network.Id)
        .connect({ Container: ownId, EndpointConfig: { Aliases: [gatewayAlias] } })
        .catch((error: unknown) => {
          // Somebody was faster; whether that was enough shows below.
          if (statusOf(error) !== 403) throw error;
        }),
    );
    const address = await this.#ownAddress(network, ownId, signal);
    if (address !== undefined) return address;
    throw sandboxError("start_failed", `The gateway's container got no address on the network ${network.Name}.`);
  }

  async #ownAddress(network: FoundNetwork, ownId: string, signal: AbortSignal): Promise<string | undefined> {
    const own = await this.#options.engine.call("Looking at the gateway's own container", signal, (docker) =>
      docker.getContainer(ownId).inspect(),
    );
    const networks = Object.values(FoundContainer.parse(own).NetworkSettings.Networks);
    return networks.find((joined) => joined.NetworkID === network.Id)?.IPAddress || undefined;
  }

  /** Frees an address range of this installation. False where every bridge is in use. */
  async #removeLeastRecentlyUsed(ownId: string | undefined, signal: AbortSignal): Promise<boolean> {
    const { engine, installId, lock, logger } = this.#options;
    const listed = await engine.call("Listing networks", signal, (docker) =>
      docker.listNetworks({ filters: { label: ofInstall(installId) } }),
    );
    const networks = FoundNetwork.array().parse(listed);
    const usedAt = (network: FoundNetwork): number => this.#usedAt.get(network.Name) ?? Date.parse(network.Created);
    for (const { Name, Labels } of networks.sort((a, b) => usedAt(a) - usedAt(b))) {
      const folder = Labels[label.folder] ?? Name;
      const removed = await lock.tryRun(folder, signal, () => this.#removeUnused(Name, ownId, signal));
      if (removed !== true) continue;
      logger.info({ network: Name }, "removed the least recently used network to make room for another");
      return true;
    }
    return false;
  }

  async #removeUnused(name: string, ownId: string | undefined, signal: AbortSignal): Promise<boolean> {
    const { clock } = this.#options;
    const network = await this.#find(name, signal);
    if (network === undefined) return false;
    if (this.#awaiting.has(name) && (this.#usedAt.get(name) ?? 0) > clock.now() - recentMs) return false;
    if (network.Containers.some((id) => id !== ownId)) return false;
    await this.#remove(network, ownId, signal);
    this.#usedAt.delete(name);
    this.#awaiting.delete(name);
    return true;
  }

  async #remove(network: FoundNetwork, ownId: string | undefined, signal: AbortSignal): Promise<void> {
    const { engine } = this.#options;
    if (ownId !== undefined && network.Containers.includes(ownId)) {
      await engine.find("Leaving a group's network", signal, (docker) =>
        docker.getNetwork(network.Id).disconnect({ Container: ownId, Force: true }),
      );
    }
    await engine.find("Removing a group's network", signal, (docker) => docker.getNetwork(network.Id).remove());
  }
}

function subnetsOf({ Name, IPAM }: FoundNetwork): string[] {
  const subnets = (IPAM.Config ?? []).flatMap(({ Subnet }) => Subnet ?? []);
  if (subnets.length > 0) return subnets;
  throw sandboxError("start_failed", `The container engine does not say which addresses the network ${Name} has.`);
}

/** Docker 20.10 and 27 word it differently; both come as plain 500 and 400. */
export function isExhausted(error: unknown): boolean {
  return /non-overlapping IPv4 address pool|address pools have been (fully )?(subnetted|exhausted)/i.test(
    errorMessage(error),
  );
}

const exhausted = (cause: unknown): Error =>
  sandboxError("network_exhausted", "The container engine has no address range left for another group's network.", {
    hint: "Stop an agent, remove unused networks with `docker network prune`, or widen `default-address-pools` in /etc/docker/daemon.json.",
    cause,
  });

/** Network interfaces do not tell: a bridge without containers is not listed as running, yet one can listen on it. */
async function canListen(address: string): Promise<boolean> {
  const server = createServer();
  return new Promise<boolean>((resolve) => {
    server.once("error", () => resolve(false));
    server.listen(0, address, () => server.close(() => resolve(true)));
  });
}
