/** What is wrong with a setting, in words for the person who wrote it: zod's own speak of types and unions. */
import type { z } from "zod";

/** Starts with "must" or "is"; what follows the key's name in a message. The value itself is never repeated: it may be a secret. */
export function issueWords(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "unrecognized_keys":
      return "is not a setting of Praktor";
    case "invalid_type":
      return `must be ${typeWords[issue.expected] ?? issue.expected}`;
    case "invalid_value":
      return `must be ${issue.values.map(String).join(" or ")}`;
    case "too_small":
      return issue.origin === "string" ? "must not be empty" : `must be ${bound("more", issue)} ${issue.minimum}`;
    case "too_big":
      return `must be ${bound("less", issue)} ${issue.maximum}`;
    case "invalid_format":
      return issue.format === "url" ? "must be a URL such as https://example.org" : issue.message;
    case "invalid_union":
      // The last choice is the one whose words name what is wanted; those before it are only other spellings.
      return issue.errors.at(-1)?.map(issueWords)[0] ?? issue.message;
    default:
      return issue.message;
  }
}

const typeWords: Partial<Record<string, string>> = {
  int: "a whole number",
  number: "a number",
  boolean: "true or false",
  string: "a text",
  array: "a list",
  object: "a section with keys of its own",
};

function bound(side: "more" | "less", { inclusive }: { inclusive?: boolean | undefined }): string {
  if (inclusive === false) return `${side} than`;
  return side === "more" ? "at least" : "at most";
}
