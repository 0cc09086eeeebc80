/** What is wrong with a request, in the names and units of the command line: whoever wrote `--grace` has never heard of `grace_ms`. */
import { faultsOf } from "@praktor/protocol/issue-words";
import { flagOf } from "./task-flags.ts";

type ZodFailure = Parameters<typeof faultsOf>[0];

/** Of a request `{type, payload}` that was made of flags: "--max-turns must be at most 10000". */
export function flagProblems(error: ZodFailure): string {
  return faultsOf(error)
    .slice(0, 5)
    .map(({ field, message }) => `${flagOf(field.replace(/^payload\./, ""))} ${inUnits(field, message)}`)
    .join("; ");
}

/** The host speaks to all who ask it, in the names of the wire. Those have an underscore, which no other word has. */
export function inFlags(text: string): string {
  return text.replaceAll(/\b[a-z]+(?:_[a-z]+)+\b/g, (name, at: number) =>
    // What is quoted is somebody's own words.
    text[at - 1] === '"' ? name : flagOf(name),
  );
}

/** A span is typed as 10m; its bounds come in milliseconds with their size in brackets. */
function inUnits(field: string, message: string): string {
  if (!field.endsWith("_ms")) return message;
  if (message.startsWith("must be a number")) return "must be a time such as 30s, 10m, 6h or 2d";
  return message.replace(/\b\d+ \(([^)]+)\)/, "$1");
}
