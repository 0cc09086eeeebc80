/** What changed from one text to another, line by line, with a little of what stands around it. */
import { structuredPatch } from "diff";

export interface DiffLine {
  kind: "same" | "added" | "removed";
  text: string;
}

export interface DiffHunk {
  /** Number of the first line, in the text before and after, from 1. */
  before: number;
  after: number;
  lines: DiffLine[];
}

/** Two texts that have nothing in common take the time of both multiplied. */
const PATIENCE_MS = 400;
const KINDS: Record<string, DiffLine["kind"]> = { "+": "added", "-": "removed", " ": "same" };

/** Empty when nothing changed; `null` when the texts are too different to be compared in a moment. */
export const textDiff = (before: string, after: string): DiffHunk[] | null => {
  const patch = structuredPatch("", "", before, after, "", "", { context: 3, timeout: PATIENCE_MS });
  if (patch === undefined) return null;
  return patch.hunks.map(({ oldStart, newStart, lines }) => ({
    before: oldStart,
    after: newStart,
    lines: lines.flatMap((line) => {
      const kind = KINDS[line.charAt(0)];
      // "\ No newline at end of file" is a remark, not a line.
      return kind === undefined ? [] : [{ kind, text: line.slice(1) }];
    }),
  }));
};
