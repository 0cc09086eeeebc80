/** A stream that ends when a signal says so, whether it is being read, waits for bytes, or was never read. */

/**
 * The same bytes. When the signal aborts, `stream` is cancelled and the result fails with the signal's reason. (A pipe with a signal
 * waits for the piece that nobody takes.)
 */
export function abortableStream(stream: ReadableStream<Uint8Array>, signal: AbortSignal): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        const end = (): void => {
          controller.error(signal.reason);
          // It may have failed by itself, or be at its end.
          reader.cancel(signal.reason).catch(() => {});
        };
        if (signal.aborted) end();
        else signal.addEventListener("abort", end, { once: true });
      },
      async pull(controller) {
        const next = await reader.read();
        if (signal.aborted) return;
        if (next.done) controller.close();
        else controller.enqueue(next.value);
      },
      cancel: async (reason) => await reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
