/** A request that did not work: what was attempted, why it failed, and what to do. */
import type { Fault } from "@praktor/protocol/issue-words";
import { en } from "../text/en.ts";

export class ApiError extends Error {
  override readonly name = "ApiError";
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** The API's code, or `unreachable`, `timeout`, `unexpected`. */
  readonly code: string;
  /** What of the request is to be mended. */
  readonly faults: readonly Fault[];

  constructor(
    status: number,
    code: string,
    message: string,
    options: ErrorOptions & { faults?: readonly Fault[] } = {},
  ) {
    super(message, options);
    this.status = status;
    this.code = code;
    this.faults = options.faults ?? [];
  }
}

/** The gateway did not answer, or a proxy did in its place. */
export const isUnanswered = (error: unknown): boolean =>
  error instanceof ApiError && (error.status === 0 || error.status >= 502);

export const faultsIn = (error: unknown): readonly Fault[] => (error instanceof ApiError ? error.faults : []);

/** One sentence for a person about any thrown value. */
export const sentence = (error: unknown): string => {
  if (error instanceof ApiError) return error.message;
  return error instanceof Error && error.message !== "" ? error.message : en.error.unknown;
};
