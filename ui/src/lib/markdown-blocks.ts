/** Cuts a Markdown text that still grows where it has blank lines, so that only its end is drawn anew. */

/** Joined they are the text. A fenced listing stays whole, as do the lines of a list that are indented. */
export const markdownBlocks = (text: string): string[] => {
  const blocks: string[] = [];
  let block = "";
  let fence: string | null = null;
  let afterBlank = false;
  for (const line of text.split(/(?<=\n)/)) {
    if (afterBlank && fence === null && /^\S/.test(line)) {
      blocks.push(block);
      block = "";
    }
    fence = fenceAfter(fence, line);
    block += line;
    afterBlank = line.trim() === "" && block.trim() !== "";
  }
  return block === "" ? blocks : [...blocks, block];
};

/** The fence of the listing that a line is in or begins, null outside of one and at its end. */
export const fenceAfter = (fence: string | null, line: string): string | null => {
  const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? null;
  if (mark === null) return fence;
  if (fence === null) return mark;
  return mark.startsWith(fence) ? null : fence;
};
