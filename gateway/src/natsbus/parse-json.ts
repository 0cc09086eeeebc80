/** What a message says, for a schema to judge. */
import type { Msg } from "@nats-io/nats-core";
import { isTooDeep } from "../kit/nesting.ts";

/** Undefined when the bytes are no JSON, or nested as no message is. */
export function parseJson(message: Msg): unknown {
  try {
    const value: unknown = message.json();
    return isTooDeep(value) ? undefined : value;
  } catch {
    return undefined;
  }
}
