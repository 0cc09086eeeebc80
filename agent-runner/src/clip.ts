/** Cuts text for display. */

/**
 * At most `maxChars` characters of the end, from the beginning of a word on: who takes secrets out of it later could not know one by
 * its rest. Only in a word without end does it begin anywhere.
 */
export function lastPart(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text;
  const part = text.slice(-maxChars);
  return /\s/.test(text.charAt(text.length - maxChars - 1)) ? part : part.replace(/^\S+\s/, "").toWellFormed();
}

/** At most `maxChars` characters, the last an ellipsis when something was cut. */
export function clip(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${text.slice(0, maxChars - 1)}…`;
}
