/** What somebody else has chosen – the name of a person, a group, a task, an error's words – as it may stand in Praktor's Markdown. */

/**
 * The same text on one line, with nothing in it that Markdown would read: it can neither be a link nor pose as Praktor's words. What
 * is invisible or turns the order of writing is left out. `longest`: in UTF-16 units, before escaping.
 */
export function escapeMarkdown(text: string, longest = 100): string {
  const line = text
    .toWellFormed()
    .replaceAll(/[\s\p{Zl}\p{Zp}]+/gu, " ")
    .replaceAll(/(?!\u200D)[\p{Cc}\p{Cf}]/gu, "")
    .trim();
  const short = line.length > longest ? `${line.slice(0, longest - 1).toWellFormed()}…` : line;
  return short.replaceAll(/[!-/:-@[-`{-~]/g, String.raw`\$&`);
}
