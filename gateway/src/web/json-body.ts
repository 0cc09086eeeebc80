/** Reads a JSON body within a bound, and says where it is broken. */
import type { MiddlewareHandler } from "hono";
import { brokenAt } from "../kit/broken-json.ts";
import { isTooDeep } from "../kit/nesting.ts";
import { PraktorError } from "../kit/praktor-error.ts";
import { isJson } from "./request-origin.ts";
import type { WebEnv } from "./web-env.ts";

/** For the message route: 200,000 characters, each written as an escape of six bytes, and then some. */
const defaultMaxBytes = 2 * 1024 * 1024;

/** The route's own validation then reads what was read here. */
export function jsonBody(maxBytes = defaultMaxBytes): MiddlewareHandler<WebEnv> {
  return async (c, next) => {
    if (!isJson(c.req.header("content-type"))) {
      throw new PraktorError(
        "unsupported_media_type",
        "The body must be JSON, with the content type application/json.",
      );
    }
    const bytes = await readBounded(c.req.raw, maxBytes);
    const text = decode(bytes);
    try {
      c.set("asked", JSON.parse(text));
    } catch {
      const position = brokenAt(text);
      const where = position === null ? "" : `: look at position ${position}`;
      throw new PraktorError("invalid_json", `The body is not valid JSON${where}.`);
    }
    if (isTooDeep(c.get("asked"))) throw new PraktorError("invalid_json", "The body is nested too deeply.");
    const { url, method, headers } = c.req.raw;
    c.req.raw = new Request(url, { method, headers, body: text });
    await next();
  };
}

async function readBounded(request: Request, maxBytes: number): Promise<Uint8Array> {
  const tooLarge = (): PraktorError => new PraktorError("too_large", `The body is larger than ${maxBytes} bytes.`);
  if (Number(request.headers.get("content-length") ?? 0) > maxBytes) throw tooLarge();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes) throw tooLarge();
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (error) {
    throw new PraktorError("invalid_json", "The body is not valid UTF-8.", { cause: error });
  }
}
