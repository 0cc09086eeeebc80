/** Cuts text for display. */

/** At most `maxChars` characters, the last an ellipsis when something was cut. */
export function clip(text: string, maxChars: number): string {
  return text.length <= maxChars ? text : `${text.slice(0, maxChars - 1)}…`;
}
