/** Bounds how often passwords are tried: per address, and in all, without keeping out those who were right before. */
import { isIPv6 } from "node:net";
import type { Clock } from "../kit/clock.ts";

interface Bucket {
  tokens: number;
  at: number;
}

export interface AttemptLimits {
  /** Tries at once, and the time until one more is allowed. */
  perAddress: { burst: number; refillMs: number };
  inAll: { burst: number; refillMs: number };
  maxAddresses: number;
}

const defaults: AttemptLimits = {
  perAddress: { burst: 10, refillMs: 10_000 },
  inAll: { burst: 60, refillMs: 2_000 },
  maxAddresses: 10_000,
};

export class AttemptLimit {
  readonly #clock: Clock;
  readonly #limits: AttemptLimits;
  readonly #addresses = new Map<string, Bucket>();
  /** Addresses that knew the password: a flood from elsewhere must not use up their tries. */
  readonly #known = new Set<string>();
  readonly #all: Bucket;

  constructor(clock: Clock, limits: AttemptLimits = defaults) {
    this.#clock = clock;
    this.#limits = limits;
    this.#all = { tokens: limits.inAll.burst, at: clock.now() };
  }

  /** Takes one try, also for a password that will turn out right. Null: go on. Otherwise the milliseconds to wait. */
  take(address: string): number | null {
    const waitMs = this.waitMs(address);
    if (waitMs > 0) return waitMs;
    const key = network(address);
    if (!this.#known.has(key)) this.#all.tokens -= 1;
    this.#bucket(key).tokens -= 1;
    return null;
  }

  /** Who was right before, in whatever way that is known. */
  know(address: string): void {
    this.#remember(network(address));
  }

  /** How long this address has to wait for its next try; takes none. */
  waitMs(address: string): number {
    const key = network(address);
    const ownWaitMs = this.#wait(this.#bucket(key), this.#limits.perAddress);
    if (ownWaitMs > 0 || this.#known.has(key)) return ownWaitMs;
    return this.#wait(this.#all, this.#limits.inAll);
  }

  /** The password was right: the try is given back, and the address is known from now on. */
  succeeded(address: string): void {
    const key = network(address);
    const own = this.#bucket(key);
    own.tokens = Math.min(this.#limits.perAddress.burst, own.tokens + 1);
    if (!this.#known.has(key)) this.#all.tokens = Math.min(this.#limits.inAll.burst, this.#all.tokens + 1);
    this.#remember(key);
  }

  #remember(key: string): void {
    this.#known.delete(key);
    this.#known.add(key);
    dropOldest(this.#known, this.#limits.maxAddresses);
  }

  #bucket(key: string): Bucket {
    const bucket = this.#addresses.get(key) ?? { tokens: this.#limits.perAddress.burst, at: this.#clock.now() };
    this.#addresses.delete(key);
    this.#addresses.set(key, bucket);
    dropOldest(this.#addresses, this.#limits.maxAddresses);
    return bucket;
  }

  #wait(bucket: Bucket, limit: { burst: number; refillMs: number }): number {
    const now = this.#clock.now();
    bucket.tokens = Math.min(limit.burst, bucket.tokens + Math.max(0, now - bucket.at) / limit.refillMs);
    bucket.at = now;
    return bucket.tokens >= 1 ? 0 : Math.ceil((1 - bucket.tokens) * limit.refillMs);
  }
}

function dropOldest(entries: Map<string, Bucket> | Set<string>, limit: number): void {
  for (const key of entries.keys()) {
    if (entries.size <= limit) return;
    entries.delete(key);
  }
}

/** Whoever has one IPv6 address has the whole /64. */
function network(address: string): string {
  if (address.startsWith("::ffff:")) return address.slice(7);
  if (!isIPv6(address)) return address;
  const [head = "", tail = ""] = address.split("::");
  const left = head.split(":").filter(Boolean);
  const right = tail.split(":").filter(Boolean);
  const zeros = Array.from({ length: Math.max(0, 8 - left.length - right.length) }, () => "0");
  return [...left, ...zeros, ...right].slice(0, 4).join(":");
}
