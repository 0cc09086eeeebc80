// What a connection needs of the server that accepted it.

import type { Authenticator } from "./authenticator.ts";
import type { ClientConnection } from "./client-connection.ts";
import type { Router } from "./router.ts";
import type { NatsServerEvent } from "./server-event.ts";

/** One for each listener. */
export interface ConnectionHost {
  readonly router: Router;
  readonly authenticator: Authenticator | undefined;
  readonly limits: ConnectionLimits;
  readonly totals: TrafficTotals;
  readonly now: () => number;
  /** The INFO line for this client, with its payload limit. */
  describe(connection: ClientConnection, maxPayloadBytes: number): string;
  /** Asks for a flush when the events at hand are handled. */
  flushLater(connection: ClientConnection): void;
  report(event: NatsServerEvent): void;
  forget(connection: ClientConnection): void;
}

export interface ConnectionLimits {
  maxPayloadBytes: number;
  maxControlLineBytes: number;
  maxPendingBytes: number;
  pingIntervalMs: number;
  maxPingsOut: number;
  authTimeoutMs: number;
}

export interface TrafficTotals {
  inMessages: number;
  inBytes: number;
  outMessages: number;
  outBytes: number;
  slowConsumers: number;
}
