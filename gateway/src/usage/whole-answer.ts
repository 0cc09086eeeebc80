/** Finds what a metered call is counted by in an answer of one JSON body, however long it is, without keeping it. */
import { JsonWalker, type JsonRule } from "../kit/json-walker.ts";

/** The members that are wanted, and those of theirs; a list's are those of each element. */
interface Shape {
  [name: string]: true | Shape | [Shape];
}

const tokens = {
  input_tokens: true,
  output_tokens: true,
  cache_read_input_tokens: true,
  cache_creation_input_tokens: true,
  cache_creation: { ephemeral_1h_input_tokens: true },
} satisfies Shape;
const wanted: Shape = {
  type: true,
  model: true,
  error: { message: true },
  usage: {
    ...tokens,
    iterations: [tokens],
    server_tool_use: { web_search_requests: true },
    speed: true,
    inference_geo: true,
  },
};

export class WholeAnswer {
  /** So far: an object with some of the wanted members. */
  readonly seen: Record<string, unknown> = {};
  readonly #walker = new JsonWalker(ruleOf(wanted, () => this.seen));

  push(bytes: Uint8Array): void {
    this.#walker.push(bytes);
  }
}

function ruleOf(shape: Shape, into: () => Record<string, unknown>): JsonRule {
  return {
    member: (name) => {
      const part = name !== null && Object.hasOwn(shape, name) ? shape[name] : undefined;
      if (name === null || part === undefined) return null;
      const scalar: JsonRule["scalar"] = (value) =>
        (into()[name] = value === undefined ? "(too long to be kept)" : value);
      if (part === true) return { scalar };
      if (Array.isArray(part)) {
        const list: Record<string, unknown>[] = [];
        const element = { ...ruleOf(part[0], () => list.at(-1) ?? {}), filled: () => void list.push({}) };
        return { scalar, element, filled: () => (into()[name] = list) };
      }
      const own: Record<string, unknown> = {};
      return { ...ruleOf(part, () => own), scalar, filled: () => (into()[name] = own) };
    },
  };
}
