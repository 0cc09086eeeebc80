/** Addresses that show tokens which nobody has: each may do so now and then; beyond that it is refused at the door for a while. */
import { isLoopback } from "../kit/loopback.ts";
import { TokenBuckets, type Rate } from "../kit/token-bucket.ts";

/** A sandbox that was stopped asks a few times more; who guesses asks on. */
const usualRate: Rate = { burst: 50, perSecond: 5 };
/** On loopback everybody comes from the same address: one could shut out the others. Sockets show IPv4 within IPv6 too. */
export const isOfThisMachine = (address: string): boolean => isLoopback(address.replace(/^::ffff:/, ""));

export interface StrangersOptions {
  /** In milliseconds. */
  now: () => number;
  rate?: Rate;
  /** Addresses that several sandboxes come from: they are never refused. */
  isShared?: (address: string) => boolean;
}

export class Strangers {
  readonly #now: () => number;
  readonly #isShared: (address: string) => boolean;
  readonly #buckets: TokenBuckets;

  constructor({ now, rate = usualRate, isShared = isOfThisMachine }: StrangersOptions) {
    this.#now = now;
    this.#isShared = isShared;
    this.#buckets = new TokenBuckets(rate);
  }

  /** A token from this address was looked up and is nobody's, or not of its place. */
  note(address: string | undefined): void {
    if (address !== undefined && !this.#isShared(address)) this.#buckets.take(address, this.#now());
  }

  /** Milliseconds until the address is listened to again; 0: it is. */
  waitMs(address: string | undefined): number {
    return address === undefined ? 0 : this.#buckets.waitMs(address, this.#now());
  }
}
