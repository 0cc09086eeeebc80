/** A file's bytes up to a little more than its length was said to be: who sends them may be anybody. */
import { PraktorError } from "./praktor-error.ts";

/** A file may grow while it is read. */
const growthBytes = 16 * 1024 ** 2;

/**
 * The same bytes. Where more come than `saidBytes` and what a file may grow by, or than `mostBytes`, the source is cancelled and the
 * result fails with `too_large`.
 */
export function ofSaidLength(
  name: string,
  stream: ReadableStream<Uint8Array>,
  { saidBytes, mostBytes = Number.POSITIVE_INFINITY }: { saidBytes: number; mostBytes?: number },
): ReadableStream<Uint8Array> {
  const limit = Math.min(saidBytes + growthBytes, mostBytes);
  const reader = stream.getReader();
  let came = 0;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const next = await reader.read();
        if (next.done) return controller.close();
        came += next.value.length;
        if (came <= limit) return controller.enqueue(next.value);
        const said = `${name} was said to have ${saidBytes} bytes, and more than ${limit} came; it was not read further.`;
        const error = new PraktorError("too_large", said);
        controller.error(error);
        await reader.cancel(error).catch(() => {});
      },
      cancel: async (reason) => await reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
