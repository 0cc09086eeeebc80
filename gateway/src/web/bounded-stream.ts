/** A request's body as a stream that ends with `too_large` instead of going on past a bound. */
import { PraktorError } from "../kit/praktor-error.ts";

/** Throws at once when the request says how large it is; otherwise the stream fails where the bound is passed. */
export function boundedStream(request: Request, maxBytes: number): ReadableStream<Uint8Array> {
  const tooLarge = (): PraktorError => new PraktorError("too_large", `The file is larger than ${maxBytes} bytes.`);
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge();
  const reader = (request.body ?? new Blob([]).stream()).getReader();
  let size = 0;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await reader.read();
      if (done) return controller.close();
      size += value.byteLength;
      // The body is left as it is: cancelling it would cut the connection before the sender has read why.
      if (size > maxBytes) return controller.error(tooLarge());
      controller.enqueue(value);
    },
    cancel: (reason) => reader.cancel(reason),
  });
}
