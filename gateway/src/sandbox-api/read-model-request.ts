/** Reads a Messages API call whole, to know before it goes out what it may cost at most. */
import { z } from "zod";

/** The API's own limit. */
const maxBytes = 32 * 1024 * 1024;
/** More than any model writes in one answer; where a call names no limit of its own. */
const anyOutputTokens = 128_000;

const CostlyPart = z.looseObject({ model: z.string().max(256), max_tokens: z.number().nonnegative().optional() });

export interface ModelRequest {
  body: Uint8Array<ArrayBuffer>;
  model: string;
  maxOutputTokens: number;
}

/** What is wrong with it, where it cannot be read. */
export async function readModelRequest(request: Request): Promise<ModelRequest | { problem: string }> {
  const body = await bytesOf(request.body);
  if (!body) return { problem: `The request is longer than ${maxBytes} bytes.` };
  const parsed = CostlyPart.safeParse(parse(new TextDecoder().decode(body)));
  if (!parsed.success) return { problem: "The request is no JSON object that names a model." };
  return { body, model: parsed.data.model, maxOutputTokens: parsed.data.max_tokens ?? anyOutputTokens };
}

async function bytesOf(stream: ReadableStream<Uint8Array> | null): Promise<Uint8Array<ArrayBuffer> | null> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of stream ?? []) {
    length += chunk.length;
    if (length > maxBytes) return null;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
