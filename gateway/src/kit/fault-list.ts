/** Gathers what is wrong with several fields of one request, so that its author reads all of it at once. */
import type { Fault } from "@praktor/protocol/issue-words";
import { PraktorError } from "./praktor-error.ts";

export class FaultList {
  readonly #found: { field: string; error: PraktorError }[] = [];

  get faults(): Fault[] {
    return this.#found.map(({ field, error }) => ({ field, message: wholeMessage(error) }));
  }

  /** What `read` returns; undefined where it throws `invalid`, which is kept for the field. Everything else is thrown on. */
  try<Value>(field: string, read: () => Value): Value | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof PraktorError) || error.code !== "invalid") throw error;
      this.#found.push({ field, error });
      return undefined;
    }
  }

  /** One `invalid` with all that was found. */
  error(): PraktorError<"invalid"> {
    const { faults } = this;
    return new PraktorError("invalid", faults.map(({ message }) => message).join(" "), { faults });
  }
}

function wholeMessage({ message, hint }: PraktorError): string {
  return hint === undefined ? message : `${message} ${hint}`;
}
