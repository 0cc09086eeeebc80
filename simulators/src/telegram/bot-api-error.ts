// A refusal in the Bot API's own words.

export interface ResponseParameters {
  readonly retry_after?: number;
  readonly migrate_to_chat_id?: number;
}

/** Becomes `{ok: false, error_code, description, parameters}` with the HTTP status `errorCode`. */
export class BotApiError extends Error {
  readonly errorCode: number;
  readonly parameters: ResponseParameters | undefined;

  constructor(errorCode: number, description: string, parameters?: ResponseParameters) {
    super(description);
    this.name = "BotApiError";
    this.errorCode = errorCode;
    this.parameters = parameters;
  }

  toResponse(): Response {
    const body = {
      ok: false,
      error_code: this.errorCode,
      description: this.message,
      ...(this.parameters ? { parameters: this.parameters } : {}),
    };
    return Response.json(body, { status: this.errorCode });
  }
}

/** 400 with Telegram's prefix. */
export function badRequest(reason: string): BotApiError {
  return new BotApiError(400, `Bad Request: ${reason}`);
}

/** 429 with the seconds after which the chat may be written to again. */
export function tooManyRequests(retryAfterSeconds: number): BotApiError {
  return new BotApiError(429, `Too Many Requests: retry after ${retryAfterSeconds}`, {
    retry_after: retryAfterSeconds,
  });
}
