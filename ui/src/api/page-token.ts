/**
 * What this page shows besides its cookie, kept where only its own origin, port included, can read it: all of its tabs, also after a
 * reload.
 */
import { eventProtocol, pageTokenHeader, pageTokenProtocol } from "@praktor/protocol/page-token";

const KEY = "praktor.page";
/** For a browser that keeps nothing: until the page is closed. */
let unkept: string | null = null;

const pageToken = (): string | null => {
  try {
    return localStorage.getItem(KEY) ?? unkept;
  } catch {
    return unkept;
  }
};

/** Of the session that this browser has from now on; `null`: of none. */
export const keepPageToken = (token: string | null): void => {
  unkept = token;
  try {
    if (token === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, token);
  } catch {
    // It is kept above.
  }
};

export const pageHeaders = (): Record<string, string> => {
  const token = pageToken();
  return token === null ? {} : { [pageTokenHeader]: token };
};

/** A WebSocket has no headers of the page's. */
export const socketProtocols = (): string[] => {
  const token = pageToken();
  return token === null ? [] : [eventProtocol, pageTokenProtocol + token];
};

/** Somebody signed in or out in another tab. */
export const onOtherTab = (listener: () => void): void =>
  window.addEventListener("storage", ({ key }) => {
    // `null`: all that is kept was thrown away.
    if (key === KEY || key === null) listener();
  });
