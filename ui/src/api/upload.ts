/** Sends a file's bytes into a workspace, says how far it is, and gives up when nothing moves any more. */
import { ErrorBody } from "@praktor/protocol/rest";
import { WorkspaceEntry } from "@praktor/protocol/workspace";
import { en } from "../text/en.ts";
import { ApiError } from "./api-error.ts";
import { fileAddress } from "./endpoints.ts";
import { pageHeaders } from "./page-token.ts";

/** A sandbox that sleeps is started first, which takes its time. */
const STILL_MS = 100_000;

/**
 * `onProgress` gets the share that was sent, from 0 to 1. Throws `ApiError`, or the signal's reason. `fetch` would not tell how far it
 * is, so this asks the older interface.
 */
export const uploadFile = (
  groupId: string,
  path: string,
  file: Blob,
  onProgress: (share: number) => void,
  signal: AbortSignal,
): Promise<WorkspaceEntry> =>
  new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const call = new XMLHttpRequest();
    let still: ReturnType<typeof setTimeout> | undefined;
    const onAbort = (): void => call.abort();
    const moved = (): void => {
      clearTimeout(still);
      still = setTimeout(() => {
        reject(new ApiError(0, "timeout", en.error.timeout));
        call.abort();
      }, STILL_MS);
    };
    call.upload.addEventListener("progress", ({ loaded, total }) => {
      moved();
      if (total > 0) onProgress(loaded / total);
    });
    call.addEventListener("load", () => {
      const entry = WorkspaceEntry.safeParse(parse(call.responseText));
      if (call.status >= 200 && call.status < 300 && entry.success) resolve(entry.data);
      else reject(failureOf(call));
    });
    call.addEventListener("error", () => reject(new ApiError(0, "unreachable", en.error.unreachable)));
    call.addEventListener("abort", () => reject(signal.reason as Error));
    call.addEventListener("loadend", () => {
      clearTimeout(still);
      signal.removeEventListener("abort", onAbort);
    });
    signal.addEventListener("abort", onAbort);
    call.open("PUT", fileAddress(groupId, path));
    call.setRequestHeader("content-type", "application/octet-stream");
    call.setRequestHeader("accept", "application/json");
    for (const [name, value] of Object.entries(pageHeaders())) call.setRequestHeader(name, value);
    moved();
    call.send(file);
  });

const failureOf = ({ status, responseText }: XMLHttpRequest): ApiError => {
  const body = ErrorBody.safeParse(parse(responseText));
  if (body.success) return new ApiError(status, body.data.error.code, body.data.error.message);
  return new ApiError(status, "unexpected", en.error.status(status));
};

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};
