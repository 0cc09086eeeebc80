/** A request's body as a stream that ends with `too_large` instead of going on past a bound. */
import { PraktorError } from "../kit/praktor-error.ts";

/** Throws at once when the request says how large it is; otherwise the stream fails where the bound is passed. */
export function boundedStream(request: Request, maxBytes: number): ReadableStream<Uint8Array> {
  const tooLarge = (): PraktorError => new PraktorError("too_large", `The file is larger than ${maxBytes} bytes.`);
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge();
  let size = 0;
  const count = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      size += chunk.byteLength;
      if (size > maxBytes) controller.error(tooLarge());
      else controller.enqueue(chunk);
    },
  });
  return (request.body ?? new Blob([]).stream()).pipeThrough(count);
}
