/** The last bytes that a sandbox printed, so that a failed start can be explained. */

const maxBytes = 64 * 1024;

export class OutputTail {
  #chunks: Buffer[] = [];
  #sizeBytes = 0;

  append(chunk: Buffer): void {
    const kept = chunk.length > maxBytes ? chunk.subarray(chunk.length - maxBytes) : chunk;
    this.#chunks.push(kept);
    this.#sizeBytes += kept.length;
    while (this.#chunks.length > 1 && this.#sizeBytes - (this.#chunks[0]?.length ?? 0) >= maxBytes) {
      this.#sizeBytes -= this.#chunks.shift()?.length ?? 0;
    }
  }

  /** At most the last `count` lines, without a trailing line break. */
  lines(count: number): string {
    const text = Buffer.concat(this.#chunks).toString("utf8").trimEnd();
    return count > 0 ? text.split("\n").slice(-count).join("\n") : "";
  }
}
