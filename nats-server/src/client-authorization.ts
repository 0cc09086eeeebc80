// Who a connection belongs to and what that allows it: set at CONNECT, ended by a timer when the credential expires.

import type { AuthenticatedUser, AuthenticationOutcome } from "./authenticator.ts";
import type { ConnectOptions } from "./connect-options.ts";
import type { ConnectionHost } from "./connection-host.ts";
import { Permissions } from "./permissions.ts";

const LONGEST_TIMER_MS = 2_147_483_647;

export class ClientAuthorization {
  readonly #host: ConnectionHost;
  #user: AuthenticatedUser | undefined;
  #permissions: Permissions | undefined;
  #maxPayloadBytes: number;
  #maxSubscriptions = Number.POSITIVE_INFINITY;
  #timer: NodeJS.Timeout | undefined;

  constructor(host: ConnectionHost) {
    this.#host = host;
    this.#maxPayloadBytes = host.limits.maxPayloadBytes;
  }

  get user(): AuthenticatedUser | undefined {
    return this.#user;
  }

  /** Undefined when everything is allowed. */
  get permissions(): Permissions | undefined {
    return this.#permissions;
  }

  get maxPayloadBytes(): number {
    return this.#maxPayloadBytes;
  }

  get maxSubscriptions(): number {
    return this.#maxSubscriptions;
  }

  /** Gives a client that must introduce itself the time to do so. */
  awaitConnect(onTimeout: () => void): void {
    if (this.#host.authenticator) this.#startTimer(this.#host.limits.authTimeoutMs, onTimeout);
  }

  /** Decides on a CONNECT, the first or a later one, and takes over what it grants. */
  authenticate(
    connect: ConnectOptions,
    nonce: string,
    remoteAddress: string,
    onExpiry: () => void,
  ): AuthenticationOutcome {
    this.stop();
    const { authenticator, limits, now } = this.#host;
    if (authenticator === undefined) return { type: "accepted", user: { name: connect.user } };
    const outcome = authenticator.authenticate({ connect, nonce, remoteAddress });
    if (outcome.type === "rejected") return outcome;
    const { permissions, maxPayloadBytes = -1, maxSubscriptions = -1, expiresAtMs } = outcome.user;
    this.#user = outcome.user;
    this.#permissions = permissions && new Permissions(permissions, now, this.#permissions);
    this.#maxPayloadBytes =
      maxPayloadBytes < 0 ? limits.maxPayloadBytes : Math.min(maxPayloadBytes, limits.maxPayloadBytes);
    this.#maxSubscriptions = maxSubscriptions < 0 ? Number.POSITIVE_INFINITY : maxSubscriptions;
    if (expiresAtMs !== undefined) this.#startExpiry(expiresAtMs, onExpiry);
    return outcome;
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #startExpiry(expiresAtMs: number, onExpiry: () => void): void {
    const remainingMs = Math.max(0, expiresAtMs - this.#host.now());
    if (remainingMs <= LONGEST_TIMER_MS) this.#startTimer(remainingMs, onExpiry);
    else this.#startTimer(LONGEST_TIMER_MS, () => this.#startExpiry(expiresAtMs, onExpiry));
  }

  #startTimer(delayMs: number, onTimer: () => void): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(onTimer, delayMs);
    this.#timer.unref();
  }
}
