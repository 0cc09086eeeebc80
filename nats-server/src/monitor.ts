// What the server can tell about itself at one moment.

import type { ConnectionIdentity } from "./server-event.ts";

export interface ConnectionSnapshot extends ConnectionIdentity {
  connectedAtMs: number;
  language: string;
  version: string;
  subscriptions: number;
  pendingBytes: number;
  /** Undefined until the client has answered a first PING. */
  roundTripMs: number | undefined;
  inMessages: number;
  inBytes: number;
  outMessages: number;
  outBytes: number;
}

export interface MonitorSnapshot {
  serverId: string;
  name: string;
  startedAtMs: number;
  connections: ConnectionSnapshot[];
  /** All connections accepted since the start. */
  totalConnections: number;
  subscriptions: number;
  inMessages: number;
  inBytes: number;
  outMessages: number;
  outBytes: number;
  /** Connections closed for not reading fast enough, since the start. */
  slowConsumers: number;
  /** Times that a client over its traffic rate was made to wait, since the start. */
  throttled: number;
}
