// What the server reports to its owner: connections that come, go or are refused.

export type DisconnectReason =
  | "client-closed"
  | "read-error"
  | "authentication-timeout"
  | "authentication-failed"
  | "authentication-expired"
  | "revoked"
  | "slow-consumer"
  | "stale-connection"
  | "protocol-violation"
  | "client-reported-error"
  | "bad-client-protocol"
  | "no-responders-requires-headers"
  | "max-connections-exceeded"
  | "max-payload-exceeded"
  | "max-control-line-exceeded"
  | "max-subscriptions-exceeded"
  | "server-shutdown";

export interface ConnectionIdentity {
  id: number;
  remoteAddress: string;
  /** The name that the client gave itself; empty when it gave none. */
  clientName: string;
  user: string | undefined;
  userPublicKey: string | undefined;
}

export type NatsServerEvent =
  | { type: "connect"; connection: ConnectionIdentity }
  | { type: "disconnect"; connection: ConnectionIdentity; reason: DisconnectReason }
  | { type: "authentication-failure"; connection: ConnectionIdentity; reason: string }
  | { type: "permission-violation"; connection: ConnectionIdentity; action: "publish" | "subscribe"; subject: string }
  | { type: "slow-consumer"; connection: ConnectionIdentity; pendingBytes: number }
  | { type: "listener-error"; address: { host: string; port: number }; error: Error };
