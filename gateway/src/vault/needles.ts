/** The forms in which a secret is looked for; what only wraps characters (JSON, URLs, HTML, white space) is taken off the text instead. */
import { shortestSecret } from "@praktor/protocol/vault";

export interface Needle {
  /** Without white space. */
  codes: Uint16Array;
  /** How many characters before and after it may hold some of its bits: base64 packs three bytes into four characters. */
  isBase64: boolean;
}

/** A shorter one would take ordinary words out of every text. */
export const minSecretLength = shortestSecret;
/** A line of a longer secret, such as a key file, that is looked for by itself. */
const minLineLength = 16;

export function needlesOf(secret: string): Needle[] {
  const found = new Map<string, boolean>();
  const add = (text: string, isBase64: boolean): void => {
    const compact = text.replaceAll(/\s+/g, "");
    if (compact.length >= minSecretLength && !found.has(compact)) found.set(compact, isBase64);
  };
  for (const value of [secret, ...linesOf(secret)]) {
    const bytes = Buffer.from(value, "utf8");
    add(value, false);
    add(Array.from(value).toReversed().join(""), false);
    add(value.replaceAll(" ", "+"), false);
    add(bytes.toString("hex"), false);
    add(bytes.toString("hex").toUpperCase(), false);
    for (const encoded of base64Forms(bytes)) {
      add(encoded, true);
      add(encoded.replaceAll("+", "-").replaceAll("/", "_"), true);
    }
  }
  return [...found].map(([text, isBase64]) => ({ codes: codesOf(text), isBase64 }));
}

/** The same text as its UTF-16 code units. */
export function codesOf(text: string): Uint16Array {
  const bytes = Buffer.from(text, "utf16le");
  // A small buffer lies in a pool, where it need not begin at an even place.
  const aligned = bytes.byteOffset % 2 === 0 ? bytes : Uint8Array.from(bytes);
  return new Uint16Array(aligned.buffer, aligned.byteOffset, text.length);
}

function linesOf(secret: string): string[] {
  const lines = secret.split(/\r?\n/).map((line) => line.trim());
  if (lines.length < 2) return [];
  // The lines around a key in PEM are the same in everybody's.
  return lines.filter((line) => line.length >= minLineLength && !line.startsWith("-----"));
}

/** What is the same in base64 whatever stands before and after: for each of the three places in which it can begin. */
function base64Forms(bytes: Buffer): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes]).toString("base64");
    const firstWhole = Math.ceil((offset * 8) / 6);
    const endWhole = Math.floor(((offset + bytes.length) * 8) / 6);
    return encoded.slice(firstWhole, endWhole);
  });
}
