/** What sandboxes report, without secrets: taken out before anybody stores, shows or sends it. */
import { type AgentOutput, cutMark, longestDetail } from "@praktor/protocol/agent-output";
import { isOurField } from "../vault/our-fields.ts";
import type { HeldSecrets } from "../vault/held-secrets.ts";
import type { RedactedStream, Redactor } from "../vault/redactor.ts";

/** More than turns run at once, twice over; the oldest is forgotten, and then its live text goes on from where it is. */
const mostStreams = 512;

export class RedactedOutput {
  readonly #redactor: Redactor;
  readonly #held: Pick<HeldSecrets, "of">;
  readonly #streams = new Map<string, RedactedStream>();

  constructor(redactor: Redactor, held: Pick<HeldSecrets, "of">) {
    this.#redactor = redactor;
    this.#held = held;
  }

  /**
   * All secrets are taken out of what only people see, the live text and the steps. The words that end a turn come to other sandboxes too, as the
   * input of a swarm's next member: of them only what the sandbox holds itself, and the rest on their way to people. Live text may come out shorter than it came in: the beginning of a secret waits for the next piece.
   */
  async clean<Output extends AgentOutput>(groupId: string, output: Output): Promise<Output> {
    const { turnId, attempt, type } = output;
    if (output.type === "text" || output.type === "thinking") {
      return { ...output, content: this.#stream(`${turnId} ${attempt} ${type}`).push(output.content) };
    }
    if (type === "result" || type === "failed" || type === "restart") {
      for (const live of ["text", "thinking"]) this.#streams.delete(`${turnId} ${attempt} ${live}`);
    }
    const redactor = type === "tool" ? this.#redactor : await this.#held.of(groupId);
    return redactor.redactDeep(withoutCutSecrets(output, redactor), isOurField);
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

/** Where the sandbox has cut a text, half a secret may stand before the cut. */
function withoutCutSecrets<Output extends AgentOutput>(output: Output, redactor: Redactor): Output {
  const whole = <Text extends string | undefined>(text: Text): Text | string => {
    if (text === undefined) return text;
    const mark = text.endsWith(cutMark) ? cutMark : text.length === longestDetail && text.endsWith("…") ? "…" : "";
    return mark === "" ? text : redactor.redactCut(text.slice(0, -mark.length)) + mark;
  };
  switch (output.type) {
    case "tool":
      return { ...output, input: whole(output.input), output: whole(output.output) };
    case "failed":
      return { ...output, content: whole(output.content), partialText: whole(output.partialText) };
    case "result":
      return { ...output, content: whole(output.content) };
    default:
      return output;
  }
}
