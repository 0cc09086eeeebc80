/** Files on their way to a chat: read through for known secrets, piece by piece, before anybody gets a byte of them. */
import { setImmediate as breath } from "node:timers/promises";
import { abortableStream } from "../kit/abortable-stream.ts";
import { PraktorError } from "../kit/praktor-error.ts";
import type { Redactor } from "./redactor.ts";

/** Searched at once; others have their turn in between. */
const pieceBytes = 64 * 1024;
/** What may be the beginning of a secret waits for what follows. It is not let grow without end by a file made for that. */
const longestWait = 256 * 1024;

/** Under which a secret of the vault is known to the redactor. */
export const secretSource = (name: string): string => `secret ${name}`;

/** Of a secret, by its source: whether who hears of the file may know what it is called. */
type MayName = (source: string) => boolean;
const everySource: MayName = () => true;

/**
 * The same bytes, later: each piece goes on when no secret begins in it. Where one is found the stream fails with `holds_secret`, whose
 * message names the secret, and neither the piece that it is in nor what follows goes on. `drains`: only once it is read to its end,
 * because whoever sends it would know from the place where nobody reads on.
 */
export async function* withoutSecrets(
  name: string,
  stream: AsyncIterable<Uint8Array>,
  redactor: Redactor,
  mayName: MayName = everySource,
  drains = false,
): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder();
  let text = "";
  const held: Uint8Array[] = [];
  let heldBytes = 0;
  let found: unknown = null;
  for await (const chunk of stream) {
    for (let at = 0; at < chunk.length && found === null; at += pieceBytes) {
      const piece = chunk.subarray(at, at + pieceBytes);
      held.push(piece);
      text += decoder.decode(piece, { stream: true });
      try {
        assertClean(name, text, redactor, mayName);
      } catch (error) {
        if (!drains) throw error;
        found = error;
        break;
      }
      const safe = redactor.safeLength(text, kindOf(text));
      text = text.slice(Math.max(safe, text.length - longestWait));
      await breath();
      // A character of what waits is three bytes at most, and as many may not be one yet.
      heldBytes += piece.length;
      while (held[0] && heldBytes - held[0].length >= 3 * text.length + 3) {
        heldBytes -= held[0].length;
        yield held[0];
        held.shift();
      }
    }
  }
  if (found !== null) throw found;
  assertClean(name, text + decoder.decode(), redactor, mayName);
  yield* held;
}

/** The same as a stream; who cancels it cancels what it is made of, read or not. */
export function cleanStream(
  name: string,
  stream: ReadableStream<Uint8Array>,
  redactor: Redactor,
  mayName: MayName = everySource,
): ReadableStream<Uint8Array> {
  const end = new AbortController();
  // A generator alone ends neither before its first step nor while it waits for the next bytes.
  const pieces = withoutSecrets(name, abortableStream(stream, end.signal), redactor, mayName, true);
  return new ReadableStream(
    {
      async pull(controller) {
        const next = await pieces.next();
        if (next.done === true) controller.close();
        else controller.enqueue(next.value);
      },
      cancel: (reason) => end.abort(reason),
    },
    { highWaterMark: 0 },
  );
}

/** Rejects with `holds_secret`, or with the signal's reason once it aborts, which cancels the stream; else reads to the end. */
export async function assertNoSecrets(
  name: string,
  stream: ReadableStream<Uint8Array>,
  redactor: Redactor,
  signal: AbortSignal,
): Promise<void> {
  const bytes = abortableStream(stream, signal);
  for await (const _ of withoutSecrets(name, bytes, redactor));
}

function assertClean(name: string, text: string, redactor: Redactor, mayName: MayName): void {
  const sources = redactor.sourcesIn(text, kindOf(text));
  if (sources.length === 0) return;
  const secrets = sources.filter((source) => source.startsWith(secretSource("")));
  const named = secrets.filter((source) => mayName(source));
  const what =
    named.length > 0
      ? `the ${named.join(" and the ")}`
      : secrets.length > 0
        ? "a secret that this group does not have"
        : "a secret of Praktor itself";
  throw new PraktorError("holds_secret", `${name} is not sent, because ${what} stands in it. Take it out first.`);
}

/** What no text holds: a zero, or bytes that are no UTF-8. */
function kindOf(text: string): "text" | "bytes" {
  return /[\0\ufffd]/.test(text) ? "bytes" : "text";
}
