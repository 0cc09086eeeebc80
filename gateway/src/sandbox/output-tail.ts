/** The last bytes that a sandbox printed, so that a failed start can be explained, and what it prints from now on. */
import { StringDecoder } from "node:string_decoder";

const maxBytes = 64 * 1024;

export class OutputTail {
  #chunks: Buffer[] = [];
  #sizeBytes = 0;
  /** The first line has lost its beginning, and with it perhaps what makes a secret in it known. */
  #isCut = false;
  readonly #listeners = new Set<(chunk: Buffer) => void>();

  append(chunk: Buffer): void {
    for (const listener of this.#listeners) listener(chunk);
    const kept = chunk.length > maxBytes ? chunk.subarray(chunk.length - maxBytes) : chunk;
    if (kept.length < chunk.length) {
      this.#chunks = [];
      this.#sizeBytes = 0;
      this.#isCut = true;
    }
    this.#chunks.push(kept);
    this.#sizeBytes += kept.length;
    while (this.#chunks.length > 1 && this.#sizeBytes - (this.#chunks[0]?.length ?? 0) >= maxBytes) {
      this.#sizeBytes -= this.#chunks.shift()?.length ?? 0;
      this.#isCut = true;
    }
  }

  /** At most the last `count` whole lines, without a trailing line break. */
  lines(count: number): string {
    const kept = Buffer.concat(this.#chunks).toString("utf8");
    const text = (this.#isCut ? kept.slice(kept.indexOf("\n") + 1 || kept.length) : kept).trimEnd();
    return count > 0 ? text.split("\n").slice(-count).join("\n") : "";
  }

  /** The last `count` lines at once, then what is appended, until the returned function is called. */
  follow(count: number, onOutput: (text: string) => void): () => void {
    const before = this.lines(count);
    if (before !== "") onOutput(`${before}\n`);
    const decoder = new StringDecoder("utf8");
    const listener = (chunk: Buffer): void => onOutput(decoder.write(chunk));
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
