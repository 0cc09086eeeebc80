/** Keeps the runner's NATS credential fresh: the key pair lives in memory, the JWT comes from the sandbox endpoint. */
import { createUser, type KeyPair } from "@nats-io/nkeys";
import { CredentialReply, credentialPath } from "@praktor/protocol/sandbox-endpoint";
import { backoffMs, sleep } from "./backoff.ts";
import type { Logger } from "./logger.ts";
import { errorMessage, RunnerError } from "./runner-error.ts";

export interface CredentialKeeperOptions {
  /** Base URL of the sandbox endpoint. */
  endpoint: string;
  token: string;
  logger: Logger;
  now: () => number;
  /** Called with each new credential, before anybody connects with it. */
  onRenewed: (credential: Credential) => Promise<void>;
}

export interface Credential extends CredentialReply {
  /** The user's own seed; it never leaves the sandbox. */
  seed: Uint8Array;
}

const requestTimeoutMs = 10_000;
const firstRetryMs = 200;
const maxRetryMs = 5_000;
/** A JWT that is already over when it arrives (the clocks differ) must not make a busy loop. */
const minRenewalMs = 500;

export class CredentialKeeper {
  readonly #options: CredentialKeeperOptions;
  readonly #keys: KeyPair = createUser();
  #current: Credential | null = null;
  #renewing: Promise<Credential> | null = null;

  constructor(options: CredentialKeeperOptions) {
    this.#options = options;
  }

  /** The newest credential; null before the first one. */
  get current(): Credential | null {
    return this.#current;
  }

  /** Asks until the endpoint answers, or the signal aborts. Callers at the same time share one request. */
  renew(signal: AbortSignal): Promise<Credential> {
    this.#renewing ??= this.#askUntilGiven(signal).finally(() => {
      this.#renewing = null;
    });
    return this.#renewing;
  }

  /** Renews at half of each credential's life, until the signal aborts. */
  async keepFresh(signal: AbortSignal): Promise<void> {
    let credential = this.#current ?? (await this.renew(signal));
    for (;;) {
      const restMs = credential.expires_ms - this.#options.now();
      await sleep(Math.min(Math.max(restMs / 2, minRenewalMs), 2 ** 31 - 1), signal);
      credential = await this.renew(signal);
    }
  }

  async #askUntilGiven(signal: AbortSignal): Promise<Credential> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const credential = { ...(await this.#ask(signal)), seed: this.#keys.getSeed() };
        await this.#options.onRenewed(credential);
        this.#current = credential;
        return credential;
      } catch (error) {
        signal.throwIfAborted();
        // The first failures of an outage tell everything; later ones only fill the log.
        if (attempt <= 3 || attempt % 20 === 0)
          this.#options.logger.warn({ attempt, error: errorMessage(error) }, "no NATS credential yet, asking again");
      }
      await sleep(backoffMs(attempt, firstRetryMs, maxRetryMs), signal);
    }
  }

  async #ask(signal: AbortSignal): Promise<CredentialReply> {
    const response = await fetch(new URL(credentialPath, this.#options.endpoint), {
      method: "POST",
      headers: { authorization: `Bearer ${this.#options.token}`, "content-type": "application/json" },
      body: JSON.stringify({ userPublicKey: this.#keys.getPublicKey() }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new RunnerError("CREDENTIAL_REFUSED", `the sandbox endpoint answered ${response.status}`);
    }
    return CredentialReply.parse(await response.json());
  }
}
