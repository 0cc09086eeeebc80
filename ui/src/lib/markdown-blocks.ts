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
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1] ?? null;
    if (mark !== null && fence === null) fence = mark;
    else if (mark !== null && fence !== null && mark.startsWith(fence)) fence = null;
    block += line;
    afterBlank = line.trim() === "" && block.trim() !== "";
  }
  return block === "" ? blocks : [...blocks, block];
};
