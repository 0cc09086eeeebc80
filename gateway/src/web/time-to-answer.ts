/** A deadline for the beginning of an answer that may then stream for as long as somebody reads it. */
import { abortable } from "../kit/deadline.ts";

/** `start`'s signal aborts when the caller's does, or when it has not resolved after `timeoutMs`; no longer by time after that. */
export async function timeToAnswer<T>(
  signal: AbortSignal,
  timeoutMs: number,
  start: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(new DOMException("no answer in time", "TimeoutError")), timeoutMs);
  const both = AbortSignal.any([signal, late.signal]);
  try {
    return await abortable(start(both), both);
  } finally {
    clearTimeout(timer);
  }
}
