/** What an endpoint says of a call that it refuses may repeat the key that came with it; the sandbox is not to read it. */
import { Redactor } from "../vault/redactor.ts";
import type { ModelCredential } from "./model-proxy.ts";

/** The same text, as it comes, without the key, in whatever clothes. */
export function withoutKey(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  credential: ModelCredential,
): ReadableStream<Uint8Array> {
  const redactor = new Redactor();
  redactor.know("key", [credential.type === "api_key" ? credential.key : credential.token]);
  const clean = redactor.stream();
  return body
    .pipeThrough(new TextDecoderStream())
    .pipeThrough(
      new TransformStream<string, string>({
        transform: (piece, controller) => controller.enqueue(clean.push(piece)),
        flush: (controller) => controller.enqueue(clean.end()),
      }),
    )
    .pipeThrough(new TextEncoderStream());
}
