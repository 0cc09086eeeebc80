/** What sandboxes report, without the secrets that are known: taken out before anybody stores, shows or sends it. */
import { AgentOutput } from "@praktor/protocol/agent-output";
import { isOurField } from "../vault/our-fields.ts";
import type { RedactedStream, Redactor } from "../vault/redactor.ts";

/** Turns at once, twice over; the oldest is forgotten, and then its live text goes on from where it is. */
const mostStreams = 512;

export class RedactedOutput {
  readonly #redactor: Redactor;
  readonly #streams = new Map<string, RedactedStream>();

  constructor(redactor: Redactor) {
    this.#redactor = redactor;
  }

  /** Live text may come out shorter than it came in: the beginning of a secret waits for the next piece. What does not parse is left to whoever parses it. */
  clean(data: unknown): unknown {
    const parsed = AgentOutput.safeParse(data);
    if (!parsed.success) return data;
    const output = parsed.data;
    if (output.type === "text" || output.type === "thinking") {
      const stream = this.#stream(`${output.turnId} ${output.attempt} ${output.type}`);
      return { ...output, content: stream.push(output.content) };
    }
    if (output.type === "result" || output.type === "failed" || output.type === "restart") {
      for (const type of ["text", "thinking"]) this.#streams.delete(`${output.turnId} ${output.attempt} ${type}`);
    }
    return this.#redactor.redactDeep(output, isOurField);
  }

  #stream(key: string): RedactedStream {
    const stream = this.#streams.get(key) ?? this.#redactor.stream();
    this.#streams.delete(key);
    this.#streams.set(key, stream);
    for (const oldest of this.#streams.keys()) {
      if (this.#streams.size <= mostStreams) break;
      this.#streams.delete(oldest);
    }
    return stream;
  }
}
