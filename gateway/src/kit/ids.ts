/** Ids of rows: sorted by time, 64 random bits, one token of a NATS subject. */
import { randomBytes } from "node:crypto";
import type { Clock } from "./clock.ts";

export interface Ids {
  /** 9 characters of time, 16 of randomness: small letters and digits. */
  next(): string;
}

export function timeSortedIds(clock: Clock): Ids {
  return {
    next: () => clock.now().toString(36).padStart(9, "0") + randomBytes(8).toString("hex"),
  };
}
