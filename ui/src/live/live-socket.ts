/** Keeps one WebSocket to the gateway: reconnects for as long as the page wants it, and resumes where it stopped. */
import { EventFrame, type PraktorEvent } from "@praktor/protocol/events";
import { socketProtocols } from "../api/page-token.ts";
import { backoffMs } from "./backoff.ts";
import { type Cursor, follow, socketPath } from "./frame-cursor.ts";

/** `starting` until the first greeting; `away` whenever a connection was lost or could not be made. */
export type SocketState = "starting" | "open" | "away";

export interface SocketListener {
  onEvent(event: PraktorEvent, at: string): void;
  /** Frames were missed for good: fetch anew. */
  onMissed(): void;
  onState(state: SocketState): void;
  /** A try failed before the greeting: the sign-in may have ended. */
  onRefused(): void;
}

/** No greeting within this time counts as a failed try. */
const GREETING_MS = 10_000;

/** Runs until `signal` aborts. Never throws: what goes wrong is a state. */
export const keepSocket = (listener: SocketListener, signal: AbortSignal): void => {
  let cursor: Cursor | null = null;
  let attempt = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let socket: WebSocket | undefined;

  const open = (): void => {
    clearTimeout(retry);
    retry = undefined;
    let greeted = false;
    const current = new WebSocket(socketPath(cursor), socketProtocols());
    socket = current;
    const impatience = setTimeout(() => current.close(), GREETING_MS);
    current.addEventListener("message", ({ data }) => {
      if (socket !== current) return;
      const frame = parse(data);
      if (frame === null) return;
      if (!greeted) {
        greeted = true;
        attempt = 0;
        clearTimeout(impatience);
        listener.onState("open");
      }
      const step = follow(cursor, frame);
      cursor = step.cursor;
      if (step.missed) listener.onMissed();
      if (step.event !== null && step.at !== null) listener.onEvent(step.event, step.at);
    });
    current.addEventListener("close", () => {
      clearTimeout(impatience);
      if (socket !== current || signal.aborted) return;
      socket = undefined;
      listener.onState("away");
      if (!greeted) listener.onRefused();
      retry = setTimeout(open, backoffMs(attempt++, Math.random()));
    });
  };

  // A machine that wakes up, or gets its network back, should not sit out the rest of a long delay.
  const hurry = (): void => {
    if (retry === undefined || document.visibilityState === "hidden") return;
    attempt = 0;
    open();
  };
  window.addEventListener("online", hurry, { signal });
  document.addEventListener("visibilitychange", hurry, { signal });
  signal.addEventListener("abort", () => {
    clearTimeout(retry);
    socket?.close();
  });
  open();
};

/** A frame of a kind that this page does not know yet (a newer gateway) is passed over; the gap in `seq` then causes a refetch. */
const parse = (data: unknown): EventFrame | null => {
  if (typeof data !== "string") return null;
  try {
    const parsed = EventFrame.safeParse(JSON.parse(data));
    return parsed.success ? parsed.data : null;
  } catch {
    return null;
  }
};
