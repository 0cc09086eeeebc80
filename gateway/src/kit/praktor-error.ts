/** The one error class that crosses rooms: a code for programs, a sentence for people, and what to try. */
import type { Fault } from "@praktor/protocol/issue-words";

export interface PraktorErrorDetails {
  /** What to do about it, as a sentence. */
  hint?: string;
  cause?: unknown;
  /** Of a refused request: what is wrong with which field. The message says the same. */
  faults?: readonly Fault[];
  /** Ids that help to find it in the log: group, turn, sandbox. */
  context?: Record<string, string | number>;
}

/** `message` says what was attempted and why it failed, in words that may be shown to the person. */
export class PraktorError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly hint: string | undefined;
  readonly faults: readonly Fault[];
  readonly context: Record<string, string | number>;

  constructor(code: Code, message: string, details: PraktorErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "PraktorError";
    this.code = code;
    this.hint = details.hint;
    this.faults = details.faults ?? [];
    this.context = details.context ?? {};
  }

  /** The whole of it for a person: what failed, and what to do where that is known. */
  get sentence(): string {
    return this.hint === undefined ? this.message : `${this.message} ${this.hint}`;
  }
}

/** The message of anything thrown, for logs and for the detail behind a sentence. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** What a person is told of anything thrown. */
export function errorSentence(error: unknown): string {
  return error instanceof PraktorError ? error.sentence : errorMessage(error);
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === "AbortError" || error.name === "TimeoutError");
}
