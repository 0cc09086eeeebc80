// What a connection needs of the server that accepted it.

import type { Authenticator } from "./authenticator.ts";
import type { ClientConnection } from "./client-connection.ts";
import type { Router } from "./router.ts";
import type { ConnectionIdentity, NatsServerEvent } from "./server-event.ts";
import type { TrafficAllowance } from "./traffic-allowance.ts";

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
  /** What this client may send; undefined for as much as it likes. */
  allowanceOf(connection: ConnectionIdentity): TrafficAllowance | undefined;
  /** True: this client's user has as many other connections as it may have. */
  isOneTooMany(connection: ConnectionIdentity): boolean;
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
  /** Times that a client over its traffic rate was made to wait. */
  throttled: number;
}
