/** The secrets that the group is given: fetched once at the start, variables for the agent's process alone, files into the sandbox's memory. */
import { chmod, mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { SecretsReply, secretsPath } from "@praktor/protocol/sandbox-endpoint";
import { backoffMs, sleep } from "./backoff.ts";
import type { Logger } from "./logger.ts";
import { errorMessage, RunnerError } from "./runner-error.ts";

export interface GivenSecretsOptions {
  endpoint: string;
  token: string;
  /** The credentials file; the secrets' folder lies beside it. */
  credentialsFile: string;
  logger: Logger;
  /** Every value, before anybody can use it: for the log. */
  onValues: (values: readonly string[]) => void;
}

const requestTimeoutMs = 10_000;
const firstRetryMs = 200;
const maxRetryMs = 5_000;

export class GivenSecrets {
  readonly #options: GivenSecretsOptions;
  readonly #folder: string;
  #env: Readonly<Record<string, string>> = {};
  #files: readonly string[] = [];

  constructor(options: GivenSecretsOptions) {
    this.#options = options;
    this.#folder = join(dirname(options.credentialsFile), "secrets");
  }

  /** For the agent's process. */
  get environment(): Readonly<Record<string, string>> {
    return this.#files.length === 0 ? this.#env : { ...this.#env, PRAKTOR_SECRETS: this.#folder };
  }

  /** A sentence that tells the agent what it has, without values; null when that is nothing. */
  get description(): string | null {
    const variables = Object.keys(this.#env).join(", ");
    const files = this.#files.map((name) => join(this.#folder, name)).join(", ");
    const has = [variables && `the environment variables ${variables}`, files && `the files ${files}`].filter(Boolean);
    if (has.length === 0) return null;
    return `You are given secrets: ${has.join(", and ")}. Use them where they are needed by their name; never print, copy or send their values, which are taken out of whatever you answer.`;
  }

  /** Asks until the endpoint answers, or the signal aborts. Rejects when a file cannot be written. */
  async load(signal: AbortSignal): Promise<void> {
    const { env, files } = await this.#askUntilGiven(signal);
    this.#options.onValues([...Object.values(env), ...Object.values(files)]);
    this.#env = env;
    this.#files = Object.keys(files).toSorted();
    // What an earlier start was given may have been taken away.
    await rm(this.#folder, { recursive: true, force: true });
    if (this.#files.length === 0) return;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    for (const [name, value] of Object.entries(files)) {
      const path = join(this.#folder, name);
      await writeFile(path, value, { mode: 0o400, flag: "wx" });
      await chmod(path, 0o400);
    }
  }

  /** Where the folder is not memory that goes with the sandbox, the values must not stay. */
  async forget(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #askUntilGiven(signal: AbortSignal): Promise<SecretsReply> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#ask(signal);
      } catch (error) {
        signal.throwIfAborted();
        if (attempt <= 3)
          this.#options.logger.warn({ attempt, error: errorMessage(error) }, "no secrets yet, asking again");
      }
      await sleep(backoffMs(attempt, firstRetryMs, maxRetryMs), signal);
    }
  }

  async #ask(signal: AbortSignal): Promise<SecretsReply> {
    const response = await fetch(new URL(secretsPath, this.#options.endpoint), {
      headers: { authorization: `Bearer ${this.#options.token}` },
      signal: AbortSignal.any([signal, AbortSignal.timeout(requestTimeoutMs)]),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new RunnerError(
        "CREDENTIAL_REFUSED",
        `the sandbox endpoint answered ${response.status} to the question for secrets`,
      );
    }
    return SecretsReply.parse(await response.json());
  }
}
