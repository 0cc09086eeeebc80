/** Marks every line of what somebody else wrote, so that no line of it reads as anything but theirs. */

/** Whatever a reader may take for the end of a line. */
const lineBreak = /\r\n|[\n\r\v\f\u0085\u2028\u2029]/;

export const quotedLines = (text: string): string =>
  text
    .split(lineBreak)
    .map((line) => (line === "" ? ">" : `> ${line}`))
    .join("\n");

export const firstLine = (text: string): string => text.split(lineBreak, 1)[0] ?? "";
