/** Takes the engine's log format apart. */
import { StringDecoder } from "node:string_decoder";

/**
 * Without a terminal the engine multiplexes: each frame is a stream number, three zero bytes, a big-endian length, and the bytes.
 * Both streams are returned in the order in which the engine read them: between the two it is not that of writing.
 */
export function demultiplex(log: Buffer): string {
  const parts: Buffer[] = [];
  for (let at = 0; at + 8 <= log.length;) {
    const end = at + 8 + log.readUInt32BE(at + 4);
    parts.push(log.subarray(at + 8, end));
    at = end;
  }
  return Buffer.concat(parts).toString("utf8").trimEnd();
}

/** As `demultiplex`, for a log that is still being written: give it each piece as it comes, get the text that is complete. */
export function makeDemultiplexer(): (piece: Buffer) => string {
  let rest = Buffer.alloc(0);
  // Each stream by itself: a character of one may be cut where a frame of the other begins.
  const decoders = new Map<number, StringDecoder>();
  return (piece) => {
    rest = Buffer.concat([rest, piece]);
    let text = "";
    let at = 0;
    while (at + 8 <= rest.length) {
      const end = at + 8 + rest.readUInt32BE(at + 4);
      if (end > rest.length) break;
      const stream = rest.readUInt8(at);
      const decoder = decoders.get(stream) ?? new StringDecoder("utf8");
      decoders.set(stream, decoder);
      text += decoder.write(rest.subarray(at + 8, end));
      at = end;
    }
    rest = rest.subarray(at);
    return text;
  };
}
