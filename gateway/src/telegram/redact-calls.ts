/** Takes known secrets out of every text that goes to Telegram. */
import type { Transformer } from "grammy";

/** Fields of the Bot API that hold somebody's words. */
const words = new Set(["text", "caption", "title", "description", "name", "message"]);

/** A grammY transformer: it is the last to see a call, whoever made it. */
export function redactCalls(redact: (text: string) => string): Transformer {
  return (previous, method, payload, signal) => previous(method, redactWords(payload, redact), signal);
}

function redactWords<Value>(value: Value, redact: (text: string) => string): Value {
  return deep(value, redact) as Value;
}

function deep(value: unknown, redact: (text: string) => string): unknown {
  if (Array.isArray(value)) return value.map((item) => deep(item, redact));
  // A file to send is an object of a class, and stays what it is.
  if (typeof value !== "object" || value === null || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, item]) => [
      field,
      typeof item === "string" && words.has(field) ? redact(item) : deep(item, redact),
    ]),
  );
}
