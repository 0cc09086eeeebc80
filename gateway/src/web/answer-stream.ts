/** A stream as an answer's body: when it fails, the connection is cut, so that nobody takes a part for the whole. */
import type { ServerResponse } from "node:http";

/**
 * The adapter would do this too, but print the error to the console. `onError` gets it instead. Cancelling (the client has gone)
 * cancels the source.
 */
export function answerStream(
  source: ReadableStream<Uint8Array>,
  outgoing: ServerResponse,
  onError: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  const reader = source.getReader();
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await reader.read();
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        onError(error);
        outgoing.destroy();
        controller.close();
      }
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
