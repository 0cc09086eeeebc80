// The errors that the server throws at whoever embeds it.

export type NatsServerErrorCode = "LISTEN_FAILED" | "NOT_RUNNING" | "INVALID_KEY";

/** Carries a stable `code`; the message says what was attempted and what to do. */
export class NatsServerError extends Error {
  readonly code: NatsServerErrorCode;

  constructor(code: NatsServerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "NatsServerError";
    this.code = code;
  }
}
