/** One request to the container engine: bounded in time, its failures as sentences with what to do. */
import type Docker from "dockerode";
import { abortable, deadline } from "../../kit/deadline.ts";
import { PraktorError, errorMessage } from "../../kit/praktor-error.ts";
import { sandboxError } from "../sandbox-error.ts";

const defaultTimeoutMs = 30_000;
const unreachableCodes = new Set([
  "ECONNREFUSED",
  "ECONNRESET",
  "ENOENT",
  "ENOTFOUND",
  "EPIPE",
  "EHOSTUNREACH",
  "ETIMEDOUT",
]);

export class Engine {
  readonly docker: Docker;

  constructor(docker: Docker) {
    this.docker = docker;
  }

  /** Runs `request`; `attempt` completes the sentence "… failed". A request that is given up goes on in the engine. */
  async call<T>(
    attempt: string,
    signal: AbortSignal,
    request: (docker: Docker) => Promise<T>,
    timeoutMs = defaultTimeoutMs,
  ): Promise<T> {
    try {
      return await abortable(request(this.docker), deadline(signal, timeoutMs));
    } catch (error) {
      signal.throwIfAborted();
      throw asSandboxError(attempt, error);
    }
  }

  /** As `call`, but what the engine does not know is undefined. */
  async find<T>(
    attempt: string,
    signal: AbortSignal,
    request: (docker: Docker) => Promise<T>,
    timeoutMs = defaultTimeoutMs,
  ): Promise<T | undefined> {
    const lenient = (docker: Docker): Promise<T | undefined> =>
      request(docker).catch((error: unknown) => {
        if (statusOf(error) === 404) return undefined;
        throw error;
      });
    return this.call(attempt, signal, lenient, timeoutMs);
  }
}

/** The engine's HTTP status, where it answered at all. */
export function statusOf(error: unknown): number | undefined {
  if (error instanceof PraktorError) return statusOf(error.cause);
  return error instanceof Error && "statusCode" in error && typeof error.statusCode === "number"
    ? error.statusCode
    : undefined;
}

function asSandboxError(attempt: string, error: unknown): PraktorError {
  if (error instanceof PraktorError) return error;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "EACCES" || code === "EPERM") {
    return sandboxError("engine_unreachable", "This account may not use the container engine's socket.", {
      hint: "Add the account to the group that owns the socket; in compose, put that group's number into DOCKER_GID (`make containers` writes it to .env).",
      cause: error,
    });
  }
  const timedOut = error instanceof Error && error.name === "TimeoutError";
  if (
    timedOut ||
    (typeof code === "string" && unreachableCodes.has(code)) ||
    /socket hang up/.test(errorMessage(error))
  ) {
    return sandboxError("engine_unreachable", `The container engine does not answer (${attempt}).`, {
      hint: "Start Docker, or point DOCKER_HOST to it, or use `sandbox.kind: process`.",
      cause: error,
    });
  }
  return sandboxError("start_failed", `${attempt} failed: ${engineMessage(error)}`, { cause: error });
}

/** dockerode wraps the engine's sentence: "(HTTP code 409) conflict - Conflict. The container name …". */
export function engineMessage(error: unknown): string {
  return errorMessage(error)
    .replace(/^\(HTTP code \d+\) [^-]* - /, "")
    .trim();
}
