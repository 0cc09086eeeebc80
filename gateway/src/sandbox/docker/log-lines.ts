/** Takes the engine's log format apart. */

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
