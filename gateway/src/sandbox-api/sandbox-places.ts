/** The addresses on which sandboxes find the gateway: NATS and the endpoint, opened where a sandbox is and closed when nobody is left there. */
import { BlockList } from "node:net";
import ipaddr from "ipaddr.js";
import { isLoopback } from "../kit/loopback.ts";
import type { SandboxPlace } from "../sandbox/sandbox.ts";
import type { Admits } from "./sandbox-endpoint.ts";

/** A connection to a group's place from where its sandbox is not. */
export interface ForeignConnection {
  /** Whose place it is. */
  groupId: string;
  /** Whose sandbox has such an address; null: nobody's that has a place now. */
  fromGroupId: string | null;
  address: string;
}

export interface SandboxPlacesOptions {
  natsPort: number;
  /** Set with an external NATS server: sandboxes go there, nothing is opened here. */
  externalNatsUrl: string | undefined;
  openNats: (address: { host: string; port: number }, admits: Admits) => Promise<{ host: string; port: number }>;
  closeNats: (address: { host: string; port: number }) => Promise<void>;
  endpoint: {
    listen: (host: string, groupId: string | null, admits: Admits) => Promise<number>;
    unlisten: (host: string) => Promise<void>;
  };
  /** It was closed. Every container reaches every address of this machine: a foreign bridge's too. */
  onForeign: (connection: ForeignConnection) => void;
}

interface Sources {
  groups: Set<string>;
  /** A bridge that was made anew may have the same address and another range. */
  sources: BlockList;
}

interface OpenPlace extends Sources {
  opened: Promise<{ natsPort: number; endpointPort: number }>;
}

export class SandboxPlaces {
  readonly #options: SandboxPlacesOptions;
  readonly #places = new Map<string, OpenPlace>();
  /** By address: one that is being freed cannot be bound yet. */
  readonly #closing = new Map<string, Promise<void>>();

  constructor(options: SandboxPlacesOptions) {
    this.#options = options;
  }

  /** Joins an opening in progress. Rejects when an address cannot be bound: somebody else may hold the port. */
  async open(groupId: string, place: SandboxPlace): Promise<{ natsUrl: string; endpointUrl: string }> {
    const known = this.#places.get(place.listenHost);
    const open = known ?? this.#begin(place.listenHost, groupId);
    this.#places.set(place.listenHost, open);
    open.groups.add(groupId);
    open.sources = rangesOf(place.sources);
    try {
      const { natsPort, endpointPort } = await open.opened;
      return {
        natsUrl: this.#options.externalNatsUrl ?? `nats://${place.reachHost}:${natsPort}`,
        endpointUrl: `http://${place.reachHost}:${endpointPort}`,
      };
    } catch (error) {
      // Another caller may have begun anew meanwhile.
      if (this.#places.get(place.listenHost) === open) this.#places.delete(place.listenHost);
      throw error;
    }
  }

  /** How a sandbox that came to `reachHost` finds NATS: on the same host, where its group's place opened it. */
  async natsUrl(groupId: string, reachHost: string): Promise<string> {
    const { externalNatsUrl, natsPort } = this.#options;
    if (externalNatsUrl !== undefined) return externalNatsUrl;
    const place = [...this.#places.values()].find((open) => open.groups.has(groupId));
    return `nats://${reachHost}:${place ? (await place.opened).natsPort : natsPort}`;
  }

  async close(groupId: string, place: SandboxPlace): Promise<void> {
    const open = this.#places.get(place.listenHost);
    if (!open) return;
    open.groups.delete(groupId);
    // Loopback is everybody's: it stays open for the next one.
    if (open.groups.size > 0 || isLoopback(place.listenHost)) return;
    this.#places.delete(place.listenHost);
    const closing = this.#unlisten(place.listenHost, open).finally(() => this.#closing.delete(place.listenHost));
    this.#closing.set(place.listenHost, closing);
    await closing;
  }

  #begin(host: string, groupId: string): OpenPlace {
    const place: Sources = { groups: new Set(), sources: new BlockList() };
    const admits: Admits = (address) => this.#admits(place.sources, groupId, address);
    return Object.assign(place, { opened: this.#listen(host, groupId, admits) });
  }

  #admits(sources: BlockList, groupId: string, address: string | undefined): boolean {
    if (address === undefined) return false;
    if (isWithin(address, sources)) return true;
    const from = [...this.#places.values()].find((place) => isWithin(address, place.sources));
    const [fromGroupId = null] = from?.groups ?? [];
    this.#options.onForeign({ groupId, fromGroupId, address });
    return false;
  }

  async #listen(host: string, groupId: string, admits: Admits): Promise<{ natsPort: number; endpointPort: number }> {
    const { openNats, endpoint, natsPort, externalNatsUrl } = this.#options;
    await this.#closing.get(host)?.catch(() => {});
    const endpointPort = await endpoint.listen(host, isLoopback(host) ? null : groupId, admits);
    if (externalNatsUrl !== undefined) return { natsPort, endpointPort };
    try {
      const nats = await openNats({ host, port: natsPort }, admits);
      return { natsPort: nats.port, endpointPort };
    } catch (error) {
      await endpoint.unlisten(host);
      throw error;
    }
  }

  async #unlisten(host: string, open: OpenPlace): Promise<void> {
    const { natsPort } = await open.opened;
    await this.#options.endpoint.unlisten(host);
    if (this.#options.externalNatsUrl === undefined) await this.#options.closeNats({ host, port: natsPort });
  }
}

function rangesOf(sources: readonly string[]): BlockList {
  const ranges = new BlockList();
  for (const source of sources) {
    const [network, bits] = ipaddr.parseCIDR(source);
    ranges.addSubnet(network.toString(), bits, network.kind());
  }
  return ranges;
}

/** Sockets may show IPv4 within IPv6. */
function isWithin(address: string, ranges: BlockList): boolean {
  const parsed = ipaddr.process(address);
  return ranges.check(parsed.toString(), parsed.kind());
}
