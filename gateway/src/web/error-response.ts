/** Every failure as `ErrorBody` with the right status: what may be said is said, the rest goes to the log. */
import type { ErrorBody } from "@praktor/protocol/rest";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { ContentfulStatusCode } from "hono/utils/http-status";
import type { Logger } from "../kit/logger.ts";
import { PraktorError, errorMessage, isAbort } from "../kit/praktor-error.ts";
import type { WebEnv } from "./web-env.ts";

const statusByCode: Readonly<Record<string, ContentfulStatusCode>> = {
  invalid: 400,
  invalid_json: 400,
  not_a_file: 400,
  not_a_directory: 400,
  unauthorized: 401,
  wrong_password: 401,
  bad_host: 403,
  cross_origin: 403,
  denied: 403,
  outside_workspace: 403,
  not_found: 404,
  method_not_allowed: 405,
  taken: 409,
  conflict: 409,
  too_large: 413,
  unsafe_content_type: 415,
  unsupported_media_type: 415,
  upgrade_required: 426,
  too_many_attempts: 429,
  // Of the vault.
  vault_off: 409,
  vault_locked: 409,
  vault_damaged: 409,
  // Of the store.
  unknown_conversation: 404,
  store_full: 507,
  // Of sandboxes and the bus to them: it may work later.
  engine_unreachable: 503,
  image_missing: 503,
  start_failed: 503,
  policy_mismatch: 503,
  not_isolated: 503,
  network_exhausted: 503,
  limit_reached: 503,
  busy: 503,
  gone: 503,
  disconnected: 503,
  no_responder: 503,
  cancelled: 503,
  unavailable: 503,
  timeout: 504,
};

/** The answer to anything thrown while a request was handled. Failures of ours are logged with their cause. */
export function errorResponse(error: unknown, c: Context<WebEnv>, logger: Logger): Response {
  const { status, code, message } = describe(error);
  // Who has gone away reads no answer, and its leaving is no failure of ours.
  if (status >= 500 && !c.env.incoming.socket.destroyed) {
    const context = error instanceof PraktorError ? error.context : {};
    logger.error(
      { err: error, method: c.req.method, path: c.req.path, ...context },
      `request failed: ${errorMessage(error)}`,
    );
  }
  const faults = error instanceof PraktorError && error.faults.length > 0 ? { faults: [...error.faults] } : {};
  const body: ErrorBody = { error: { code, message, ...faults } };
  if (error instanceof PraktorError && typeof error.context["retryAfterSeconds"] === "number") {
    c.header("Retry-After", String(error.context["retryAfterSeconds"]));
  }
  return c.json(body, status);
}

function describe(error: unknown): { status: ContentfulStatusCode; code: string; message: string } {
  if (error instanceof PraktorError) {
    const status = statusByCode[error.code] ?? 500;
    return { status, code: error.code, message: error.sentence };
  }
  if (error instanceof HTTPException && error.status < 500) {
    const status = error.status;
    const code = status === 415 ? "unsupported_media_type" : "invalid";
    return { status, code, message: error.message };
  }
  if (isAbort(error)) return { status: 504, code: "timeout", message: "The request took too long." };
  return { status: 500, code: "internal", message: "Something went wrong in the gateway; its log says what." };
}
