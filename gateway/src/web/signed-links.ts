/**
 * Addresses that the browser itself fetches for the page (downloads, event streams), where no header can go along: for a minute, a seal
 * in the address stands for the page token.
 */
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { linkParameter } from "@praktor/protocol/page-token";
import type { Clock } from "../kit/clock.ts";
import { PraktorError } from "../kit/praktor-error.ts";
import type { SealedAddress } from "./presented-credential.ts";

const lifeMs = 60_000;
const linked = /^\/api\/(?:groups\/[^/?#]+\/files\/content\?[^#]+|agents\/[^/?#]+\/watch)$/;

/** Exact: what a decoder would pass over must not stand behind a seal. */
const sealPattern = /^(?<expiry>\d{1,15})\.(?<mac>[\w-]{43})$/;

export class SignedLinks {
  readonly #key = randomBytes(32);
  readonly #clock: Clock;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** For this session only. Throws `invalid` for what needs no link. */
  sign(address: string, session: string): string {
    const url = requireLinked(address);
    const expiresAt = this.#clock.now() + lifeMs;
    const seal = `${expiresAt}.${this.#mac(url, session, expiresAt).toString("base64url")}`;
    return `${url}${url.includes("?") ? "&" : "?"}${linkParameter}=${seal}`;
  }

  holds({ address, seal }: SealedAddress, session: string): boolean {
    const { expiry, mac = "" } = sealPattern.exec(seal)?.groups ?? {};
    const expiresAt = Number(expiry);
    if (!(expiresAt > this.#clock.now())) return false;
    return timingSafeEqual(Buffer.from(mac, "base64url"), this.#mac(address, session, expiresAt));
  }

  #mac(address: string, session: string, expiresAt: number): Buffer {
    return createHmac("sha256", this.#key)
      .update(JSON.stringify([address, session, expiresAt]))
      .digest();
  }
}

/** The address as a browser will send it. Throws `invalid`. */
export function requireLinked(address: string): string {
  const url = URL.canParse(address, "http://page") ? new URL(address, "http://page") : null;
  const sent = url?.origin === "http://page" && url.hash === "" ? url.pathname + url.search : "";
  if (linked.test(sent)) return sent;
  throw new PraktorError("invalid", "Only a file's content and a sandbox's watch have links.");
}
