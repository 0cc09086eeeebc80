/** How deep a parsed value is nested: whoever walks through it by calling itself needs a bound. */

/** No value of ours comes near. */
const deepest = 100;

/** True when the value has more levels than any that is meant. Safe for every depth. */
export function isTooDeep(value: unknown, levels = deepest): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (levels === 0) return true;
  return Object.values(value).some((part) => isTooDeep(part, levels - 1));
}
