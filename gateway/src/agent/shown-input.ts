/** What a tool is to be used with, so that a person can judge it: nothing in it is invisible, and what is left out is said. */

/** In UTF-16 units. With what stands around them they fit into one message of Telegram. */
const beginning = 2_000;
const ending = 1_000;

/** What shows as nothing, as a space, or turns the order of what follows: named by its number. */
const invisible =
  /(?![\n\t ])[\p{Cc}\p{Cf}\p{Zs}\p{Zl}\p{Zp}\p{Cs}\p{Co}\p{Cn}\p{Variation_Selector}\u034F\u115F\u1160\u17B4\u17B5\u2800\u3164\uFFA0]/gu;

/** Markdown. `missing`: how many characters its middle has lost already. */
export function shownInput(text: string, missing = 0): string {
  const visible = readable(text);
  if (missing === 0 && visible.length <= beginning + ending) return fenced(visible);
  const start = visible.slice(0, beginning).toWellFormed();
  const end = visible.slice(-ending).toWellFormed();
  const left = (visible.length - beginning - ending + missing).toLocaleString("en");
  return `${fenced(start)}\n\n⚠️ **${left} characters between these two parts are not shown.** Refuse it if you need to read them.\n\n${fenced(end)}`;
}

function readable(text: string): string {
  return (
    text
      .replaceAll("\r\n", "\n")
      .replace(invisible, (one) => `⟨U+${(one.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟩`)
      .replaceAll(/\t{4,}/g, (run) => `⟨${run.length} tabs⟩`)
      .replaceAll(/ {17,}/g, (run) => ` ⟨${run.length} spaces⟩ `)
      // Begins where blanks begin: from each of their places anew it would take a minute for a long run of them.
      .replaceAll(/(?<![ \t])[ \t]*\n(?:[ \t]*\n){3,}/g, (run) => `\n⟨${run.split("\n").length - 2} empty lines⟩\n`)
  );
}

/** The fence is longer than any inside, so that nothing in it can pose as Praktor's words. */
function fenced(text: string): string {
  const fence = "`".repeat(Math.max(3, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length + 1)));
  return `${fence}\n${text}\n${fence}`;
}
