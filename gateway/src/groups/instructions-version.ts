/** What stands for the text of a `CLAUDE.md`, so that a save over somebody else's change is noticed. */
import { createHash } from "node:crypto";
import { PraktorError } from "../kit/praktor-error.ts";

/** Null: there is no such file. */
export function instructionsVersion(text: string | null): string {
  return text === null ? "none" : createHash("sha256").update(text).digest("hex").slice(0, 32);
}

/** Throws `conflict` unless `version` still stands for `text`. */
export function requireVersion(text: string | null, version: string): void {
  if (instructionsVersion(text) === version) return;
  throw new PraktorError("conflict", "CLAUDE.md has changed since it was opened.", {
    hint: "Compare it with the new text, then save again.",
  });
}
