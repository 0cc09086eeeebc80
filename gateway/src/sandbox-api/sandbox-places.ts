/** The addresses on which sandboxes find the gateway: NATS and the endpoint, opened where a sandbox is and closed when nobody is left there. */
import { isLoopback } from "../kit/loopback.ts";
import type { SandboxPlace } from "../sandbox/sandbox.ts";

export interface SandboxPlacesOptions {
  natsPort: number;
  /** Set with an external NATS server: sandboxes go there, nothing is opened here. */
  externalNatsUrl: string | undefined;
  openNats: (address: { host: string; port: number }) => Promise<{ host: string; port: number }>;
  closeNats: (address: { host: string; port: number }) => Promise<void>;
  endpoint: {
    listen: (host: string, groupId: string | null) => Promise<number>;
    unlisten: (host: string) => Promise<void>;
  };
}

interface OpenPlace {
  groups: Set<string>;
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
    const open = known ?? { groups: new Set<string>(), opened: this.#listen(place.listenHost, groupId) };
    this.#places.set(place.listenHost, open);
    open.groups.add(groupId);
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

  async #listen(host: string, groupId: string): Promise<{ natsPort: number; endpointPort: number }> {
    const { openNats, endpoint, natsPort, externalNatsUrl } = this.#options;
    await this.#closing.get(host)?.catch(() => {});
    const endpointPort = await endpoint.listen(host, isLoopback(host) ? null : groupId);
    if (externalNatsUrl !== undefined) return { natsPort, endpointPort };
    try {
      const nats = await openNats({ host, port: natsPort });
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
