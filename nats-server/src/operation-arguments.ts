// Reads the words and numbers of an operation's line.

const SPACE = 32;
const TAB = 9;
const MAX_SIZE_DIGITS = 9;

/** Words between spaces and tabs. Publications may carry any other byte in a subject. */
export function splitWords(line: string): string[] {
  const words: string[] = [];
  let start = -1;
  for (let index = 0; index < line.length; index++) {
    const code = line.charCodeAt(index);
    if (code === SPACE || code === TAB) {
      if (start >= 0) words.push(line.slice(start, index));
      start = -1;
    } else if (start < 0) start = index;
  }
  if (start >= 0) words.push(line.slice(start));
  return words;
}

/** Words between any white space, as subscriptions are read. */
export function splitArguments(line: string): string[] {
  return line.split(/[ \t\r\n]+/).filter((word) => word !== "");
}

/** A size in decimal digits; -1 for anything else, and for sizes of a gigabyte and more. */
export function parseSize(text: string): number {
  if (text.length === 0 || text.length > MAX_SIZE_DIGITS) return -1;
  let value = 0;
  for (let index = 0; index < text.length; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (digit < 0 || digit > 9) return -1;
    value = value * 10 + digit;
  }
  return value;
}
