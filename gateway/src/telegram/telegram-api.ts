/** grammY's client of the Bot API on Node's own fetch, so that a failed call says whether Telegram may have received it. */
import { Api } from "grammy";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";

/** No answer came. `sent` is false when the request cannot have left this machine. */
export class TelegramUnreachable extends PraktorError<"telegram_unreachable"> {
  readonly sent: boolean;
  /** Nothing was cut: there was no word within the time that the caller allowed. */
  readonly silent: boolean;

  constructor(sent: boolean, silent: boolean, cause: unknown) {
    const reason = cause instanceof Error && cause.cause !== undefined ? cause.cause : cause;
    super("telegram_unreachable", `Telegram did not answer: ${errorMessage(reason)}`, {
      cause,
      hint: "Check the machine's network and telegram.api_root.",
    });
    this.sent = sent;
    this.silent = silent;
  }
}

export interface TelegramApiOptions {
  token: string;
  /** Telegram's own when absent; without a slash at its end. */
  apiRoot?: string;
}

/** Rejects as grammY does: GrammyError for Telegram's refusals (any HTTP answer), HttpError around TelegramUnreachable otherwise. */
export function createTelegramApi(options: TelegramApiOptions): Api {
  return new Api(options.token, {
    ...(options.apiRoot === undefined ? {} : { apiRoot: options.apiRoot.replace(/\/+$/, "") }),
    fetch: telegramFetch as never,
  });
}

/** What grammY passes: its abort signal comes from a polyfill that Node's fetch does not accept. */
interface GrammyRequest {
  method: string;
  headers: Record<string, string>;
  body: string | AsyncIterable<Uint8Array>;
  signal?: Pick<AbortSignal, "aborted" | "addEventListener" | "removeEventListener">;
}

async function telegramFetch(url: string, request: GrammyRequest): Promise<Response> {
  const controller = new AbortController();
  const abort = (): void => controller.abort();
  if (request.signal?.aborted) abort();
  request.signal?.addEventListener("abort", abort, { once: true });
  try {
    const answer = await fetch(url, {
      method: request.method,
      headers: request.headers,
      body: request.body,
      duplex: "half",
      signal: controller.signal,
    });
    return asJson(answer, await answer.text());
  } catch (error) {
    throw new TelegramUnreachable(!failedBeforeSending(error), controller.signal.aborted, error);
  } finally {
    request.signal?.removeEventListener("abort", abort);
  }
}

/** A proxy's error page becomes a refusal with its status, so that every HTTP answer is told apart from silence. */
function asJson(answer: Response, text: string): Response {
  if (isJson(text)) return new Response(text, { status: answer.status });
  if (answer.ok) throw new Error("the answer is not JSON");
  const description = answer.statusText || `HTTP ${answer.status}`;
  return Response.json({ ok: false, error_code: answer.status, description }, { status: answer.status });
}

function isJson(text: string): boolean {
  try {
    return typeof JSON.parse(text) === "object";
  } catch {
    return false;
  }
}

const beforeSending =
  /^(?:ECONNREFUSED|ENOTFOUND|EAI_\w+|UND_ERR_CONNECT_TIMEOUT|CERT_\w+|ERR_TLS_\w+|\w*SELF_SIGNED\w*|UNABLE_TO_\w+)$/;

/** Connecting, resolving the name and the TLS handshake come before the first byte of the request. */
function failedBeforeSending(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  if (!(cause instanceof Error)) return false;
  if (cause instanceof AggregateError) return cause.errors.every((one) => isBeforeSending(one));
  return isBeforeSending(cause);
}

function isBeforeSending(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, syscall } = error as NodeJS.ErrnoException;
  return syscall === "connect" || (code !== undefined && beforeSending.test(code));
}
