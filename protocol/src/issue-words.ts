/** What is wrong with a value, in words for whoever wrote it: instead of zod's own talk of types and unions. */
import type { z } from "zod";

export interface Speech {
  /** What is said of an object that is none. */
  object?: string;
}

/**
 * Goes after the name of what is wrong ("name must not be empty"). A schema's own words, which begin so too, go first. The value itself is
 * never repeated: it may be a secret.
 */
export function issueWords(issue: z.core.$ZodIssue, speech: Speech = {}): string {
  if (!ownWordsOfZod.test(issue.message)) return issue.message;
  switch (issue.code) {
    case "invalid_type":
      if (issue.message.endsWith("received undefined")) return "is missing";
      return `must be ${issue.expected === "object" ? (speech.object ?? "an object") : (typeWords[issue.expected] ?? issue.expected)}`;
    case "invalid_value":
      return `must be ${oneOf(issue.values.map(String))}`;
    case "too_small":
      return boundWords("least", issue.origin, issue.minimum, issue.inclusive);
    case "too_big":
      return boundWords("most", issue.origin, issue.maximum, issue.inclusive);
    case "not_multiple_of":
      return `must be a multiple of ${issue.divisor}`;
    case "invalid_format":
      return formatWords[issue.format] ?? "is not written as it has to be";
    case "invalid_union":
      return unionWords(issue, speech);
    case "unrecognized_keys":
      return `must not have ${oneOf(issue.keys)}`;
    default:
      return "cannot be read";
  }
}

/** What is wrong with one field of a request, for whoever shows it beside that field. `field` is its path, `agents.0.role`; empty for the whole. */
export interface Fault {
  field: string;
  message: string;
}

/** All that is wrong, within reason: a thousand wrong edges are told by the first of them. */
export function faultsOf({ issues }: Pick<z.core.$ZodError, "issues">): Fault[] {
  return issues.slice(0, 50).map((issue) => ({ field: issue.path.map(String).join("."), message: issueWords(issue) }));
}

/** "name must not be empty; max_turns must be at most 10000". What has no name of its own is `whole`; five at most are told. */
export function problemWords(error: Pick<z.core.$ZodError, "issues">, whole: string): string {
  return faultsOf(error)
    .slice(0, 5)
    .map(({ field, message }) => `${field || whole} ${message}`)
    .join("; ");
}

/** Of a request `{type, payload}`, whose author knows the fields of the payload only. */
export function requestProblems({ issues }: Pick<z.core.$ZodError, "issues">): string {
  const shown = issues.map((issue) => ({ ...issue, path: issue.path.slice(issue.path[0] === "payload" ? 1 : 0) }));
  return problemWords({ issues: shown }, "the request");
}

/** How each sentence of zod's English begins, and none of ours. */
const ownWordsOfZod = /^(?:Too |Invalid |Unrecognized )/;

const typeWords: Partial<Record<string, string>> = {
  int: "a whole number",
  number: "a number",
  boolean: "true or false",
  string: "a text",
  array: "a list",
  record: "an object",
};

const formatWords: Partial<Record<string, string>> = {
  url: "must be a URL such as https://example.org",
  datetime: "must be a moment such as 2026-01-02T03:04:05Z",
};

function boundWords(side: "least" | "most", origin: string, bound: number | bigint, inclusive = true): string {
  const count = Number(bound);
  switch (origin) {
    case "string":
      if (side === "least" && count === 1) return "must not be empty";
      return `must have at ${side} ${count} ${count === 1 ? "character" : "characters"}`;
    case "array":
    case "set":
      if (side === "least" && count === 1) return "must not be empty";
      return `must have at ${side} ${count} ${count === 1 ? "entry" : "entries"}`;
    default:
      if (inclusive) return `must be at ${side} ${bound}`;
      return `must be ${side === "least" ? "more" : "less"} than ${bound}`;
  }
}

/** Of a spelling that has the right type it is told what else is wrong; where none has, what there is to choose from. */
function unionWords({ errors, ...issue }: z.core.$ZodIssueInvalidUnion, speech: Speech): string {
  if ("options" in issue && Array.isArray(issue.options)) return `must be ${oneOf(issue.options.map(String))}`;
  const firsts = errors.flatMap(([first]) => first ?? []);
  const nearest = firsts.find(
    ({ code, path }) => path.length > 0 || (code !== "invalid_type" && code !== "invalid_value"),
  );
  if (nearest) return [...nearest.path.map(String), issueWords(nearest, speech)].join(" ");
  const choices = new Set(firsts.map((first) => issueWords(first, speech)));
  if ([...choices].every((words) => words.startsWith("must be "))) {
    return `must be ${oneOf([...choices].map((words) => words.slice("must be ".length)))}`;
  }
  return [...choices].at(-1) ?? "cannot be read";
}

function oneOf(choices: readonly string[]): string {
  return choices.length < 2 ? choices.join("") : `${choices.slice(0, -1).join(", ")} or ${choices.at(-1) ?? ""}`;
}
