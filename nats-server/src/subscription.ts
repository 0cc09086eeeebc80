// One subscription of one connection.

import type { ClientConnection } from "./client-connection.ts";

export interface Subscription {
  readonly connection: ClientConnection;
  readonly subject: string;
  readonly queue: string | undefined;
  readonly sid: string;
  delivered: number;
  /** Deliveries after which it ends by itself; 0 for never. */
  maxDeliveries: number;
  closed: boolean;
}
