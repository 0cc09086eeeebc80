/** Markdown as one plain line, for places too small to draw it. */

/** Good enough to read, and never longer than `most` characters; not a parser. */
export const excerpt = (markdown: string, most = 240): string => {
  const plain = markdown
    .slice(0, most * 4)
    .replace(/```[^\n]*\n?/g, " ")
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/^\s*\|?[\s:|-]*-{3,}[\s:|-]*$/gm, " ")
    .replace(/^\s*(?:#{1,6}\s|>\s?|[-*+]\s(?:\[[ xX]\]\s)?)/gm, "")
    .replace(/\*\*|__|`/g, "")
    .replace(/\s*\|\s*/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return plain.length > most ? `${plain.slice(0, most - 1).trimEnd()}…` : plain;
};
