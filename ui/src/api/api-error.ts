/** A request that did not work: what was attempted, why it failed, and what to do. */
import { en } from "../text/en.ts";

export class ApiError extends Error {
  override readonly name = "ApiError";
  /** HTTP status; 0 when no answer came. */
  readonly status: number;
  /** The API's code, or `unreachable`, `timeout`, `unexpected`. */
  readonly code: string;

  constructor(status: number, code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
    this.code = code;
  }
}

/** One sentence for a person about any thrown value. */
export const sentence = (error: unknown): string => {
  if (error instanceof ApiError) return error.message;
  return error instanceof Error && error.message !== "" ? error.message : en.error.unknown;
};
