/** One call of the REST API: sends, waits no longer than its deadline, and trusts nothing that the schema has not seen. */
import { ErrorBody } from "@praktor/protocol/rest";
import type { z } from "zod";
import { en } from "../text/en.ts";
import { ApiError } from "./api-error.ts";
import { pageHeaders } from "./page-token.ts";

const DEADLINE_MS = 20_000;

export interface RequestOptions {
  method?: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  /** Sent as JSON. */
  json?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
  deadlineMs?: number;
}

/** The parsed answer; throws `ApiError` for everything else, except the caller's own abort. */
export const request = async <T>(schema: z.ZodType<T>, path: string, options: RequestOptions = {}): Promise<T> => {
  const response = await send(path, options);
  const body: unknown = await response.json().catch(() => undefined);
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw new ApiError(response.status, "unexpected", en.error.unexpected(path), { cause: parsed.error });
};

/** The raw answer of a call that worked, for bodies that are not JSON; throws `ApiError` otherwise. */
export const send = async (path: string, options: RequestOptions = {}): Promise<Response> => {
  const deadline = AbortSignal.timeout(options.deadlineMs ?? DEADLINE_MS);
  const signal = options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline]);
  let response: Response;
  try {
    response = await fetch(path, { ...toInit(options), signal, credentials: "same-origin" });
  } catch (cause) {
    if (options.signal?.aborted === true) throw cause;
    if (deadline.aborted) throw new ApiError(0, "timeout", en.error.timeout, { cause });
    throw new ApiError(0, "unreachable", en.error.unreachable, { cause });
  }
  if (response.ok) return response;
  throw await toError(response);
};

const toInit = ({ method, json, headers }: RequestOptions): RequestInit => {
  const accept = { accept: "application/json", ...pageHeaders(), ...headers };
  if (json === undefined) return { method: method ?? "GET", headers: accept };
  return {
    method: method ?? "POST",
    headers: { "content-type": "application/json", ...accept },
    body: JSON.stringify(json),
  };
};

const toError = async (response: Response): Promise<ApiError> => {
  const body: unknown = await response.json().catch(() => undefined);
  const parsed = ErrorBody.safeParse(body);
  if (parsed.success) {
    const { code, message, faults = [] } = parsed.data.error;
    return new ApiError(response.status, code, message, { faults });
  }
  return new ApiError(response.status, "unexpected", en.error.status(response.status));
};
