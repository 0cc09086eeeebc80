/** A text of anybody's as a chat can show it. */

/** Telegram refuses texts that are not valid Unicode and turns control characters into spaces. */
export function chatText(text: string): string {
  return text
    .toWellFormed()
    .replace(/\r\n?/g, "\n")
    .replace(/(?![\n\t])\p{Cc}/gu, "");
}
