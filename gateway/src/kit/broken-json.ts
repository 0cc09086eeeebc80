/** Where a text stops being JSON. The engine's own message quotes what stands there, and that may be a secret. */
import { errorMessage } from "./praktor-error.ts";

/** The search reads the text some twenty times. */
const longestSearched = 64 * 1024;

/** In UTF-16 units from the beginning; null where the text is JSON, or too long to be searched. */
export function brokenAt(text: string): number | null {
  const place = trouble(text);
  if (place !== "somewhere") return place;
  if (text.length > longestSearched) return null;
  // The shortest beginning that nothing could make whole ends with what is wrong.
  let whole = 0;
  let broken = text.length;
  while (broken - whole > 1) {
    const middle = Math.floor((whole + broken) / 2);
    const beginning = text.slice(0, middle);
    const at = trouble(beginning);
    if (at === null || (at !== "somewhere" && at >= middle)) whole = middle;
    else broken = middle;
  }
  return broken - 1;
}

/** As far as the engine says it. */
function trouble(text: string): number | "somewhere" | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    const reason = errorMessage(error);
    if (reason.startsWith("Unexpected end")) return text.length;
    const [, position] = / in JSON at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(reason) ?? [];
    return position === undefined ? "somewhere" : Number(position);
  }
}
