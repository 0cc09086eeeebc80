/** The name that somebody most likely meant. */
import { closest, distance } from "fastest-levenshtein";

/** Null where none is near. A name that is begun (`max_cost` of `max_cost_usd`) counts as near. */
export function nearestName(wrong: string, known: readonly string[]): string | null {
  const simple = wrong.toLowerCase();
  const begun = known.filter((name) => simple.length >= 3 && (name.startsWith(simple) || simple.startsWith(name)));
  if (begun.length > 0) return closest(simple, begun);
  if (known.length === 0) return null;
  const nearest = closest(simple, [...known]);
  return distance(simple, nearest) <= Math.max(2, Math.floor(nearest.length / 3)) ? nearest : null;
}
