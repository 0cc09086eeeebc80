/**
 * Answers guesses of the password that are over the limit before anything else is done for them: neither routes nor bodies are worth the
 * event loop's time to whoever sends thousands.
 */
import type { IncomingMessage } from "node:http";
import type { ErrorBody } from "@praktor/protocol/rest";
import { isApi } from "./access.ts";
import { clientAddress } from "./client-address.ts";
import type { FloodNotes } from "./flood-notes.ts";
import { apiHeaders } from "./security-headers.ts";
import { type SignIn, tooManyAttempts } from "./sign-in.ts";

export interface GuessGateOptions {
  signIn: SignIn;
  behindProxy: boolean;
  floods: FloodNotes;
}

/** A body that is no longer than this is read and thrown away, so that the connection can go on. */
const mostUnreadBytes = 8 * 1024;

export interface RefusedGuess {
  status: 429;
  headers: Record<string, string>;
  body: string;
}

/** Null: let it pass. It takes no try: what passes is counted where the password is looked at. */
export type GuessGate = (incoming: IncomingMessage) => RefusedGuess | null;

export function guessGate({ signIn, behindProxy, floods }: GuessGateOptions): GuessGate {
  return (incoming) => {
    if (!signIn.required || !carriesPassword(incoming)) return null;
    const address = clientAddress(incoming, behindProxy);
    const waitMs = signIn.waitMs({ address, device: signIn.cookies.readDevice(incoming) });
    if (waitMs === 0) return null;
    floods.refused(address);
    const { code, message, retryAfterSeconds } = tooManyAttempts(waitMs);
    const body = JSON.stringify({ error: { code, message } } satisfies ErrorBody);
    const headers = {
      ...apiHeaders,
      "Content-Type": "application/json",
      "Content-Length": String(Buffer.byteLength(body)),
      "Retry-After": String(retryAfterSeconds),
      ...(isLong(incoming) && { Connection: "close" }),
    };
    return { status: 429, headers, body };
  };
}

function carriesPassword({ method, url = "", headers }: IncomingMessage): boolean {
  const path = url.split("?", 1)[0] ?? "";
  if (!isApi(path)) return false;
  return (method === "POST" && path === "/api/session") || /^basic /i.test(headers.authorization ?? "");
}

function isLong({ headers }: IncomingMessage): boolean {
  return headers["transfer-encoding"] !== undefined || Number(headers["content-length"] ?? 0) > mostUnreadBytes;
}
