/** Finds Markdown that would keep the page busy: its parser cannot be stopped, and its worst cases take seconds to minutes. */
import { fenceAfter, markdownBlocks } from "./markdown-blocks.ts";

/** Longer than anything that is read as prose. */
const longest = 60_000;
/** Quotes and lists in each other, each a call deeper. */
const deepest = 20;
/** Marks of one paragraph, item or row that look for their other half through all of it. */
const mostMarks = 700;

const marks = /[[*_~<&`|@]|www\.|:\/\//gi;
const beginsAnew = /^ *(?:[-*+](?=\s|$)|#{1,6}(?=\s|$)|[>|]|\d{1,9}[.)](?=\s|$))/;

export function isHeavy(markdown: string): boolean {
  return markdown.length > longest || markdownBlocks(markdown).some(isHeavyBlock);
}

function isHeavyBlock(block: string): boolean {
  let found = 0;
  let fence: string | null = null;
  for (const line of block.split("\n")) {
    const wasListing: boolean = fence !== null;
    fence = fenceAfter(fence, line);
    if (fence !== null || wasListing) continue;
    if (line.trim() === "" || beginsAnew.test(line)) found = 0;
    found += line.match(marks)?.length ?? 0;
    if (found > mostMarks || depthOf(line) > deepest) return true;
  }
  return false;
}

/** How many quotes and lists a line begins. */
function depthOf(line: string): number {
  const marker = /[ \t]*(?:>|(?:[-*+]|\d{1,9}[.)])[ \t])/y;
  let depth = 0;
  while (depth <= deepest && marker.test(line)) depth += 1;
  return depth;
}
