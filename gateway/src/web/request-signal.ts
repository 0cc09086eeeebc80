/** Aborts when the client has gone, with an error as its reason: the adapter's own signal has a string, which nobody expects to be thrown. */
export function requestSignal({ signal }: Request): AbortSignal {
  const gone = new AbortController();
  const abort = (): void => gone.abort(new DOMException("the client has gone", "AbortError"));
  if (signal.aborted) abort();
  else signal.addEventListener("abort", abort, { once: true });
  return gone.signal;
}
