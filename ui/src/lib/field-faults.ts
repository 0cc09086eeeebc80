/** What a refused request got wrong, field by field, for the form that sent it. Pure. */
import type { Fault } from "@praktor/protocol/issue-words";

/** The first fault of each field; a form's own words go before the API's. */
export const byField = (
  faults: readonly Fault[],
  own: Readonly<Record<string, string>> = {},
): Readonly<Record<string, string>> =>
  Object.fromEntries(faults.toReversed().map(({ field, message }) => [field, own[field] ?? asSentence(message)]));

/** What is said of a field, or of the first of its parts: of `hosts.3` for `hosts`. */
export const faultAt = (shown: Readonly<Record<string, string>>, field: string): string | undefined => {
  const path = Object.keys(shown).find((one) => one === field || one.startsWith(`${field}.`));
  return path === undefined ? undefined : shown[path];
};

/** The field of a form that holds what is at fault: `hosts` for `hosts.3`. */
export const placeOf = (path: string): string => path.split(".", 1)[0] ?? path;

/** Those of a refused request that the form would still make: a changed field is no longer at fault. */
export const standing = (
  faults: readonly Fault[],
  sent: Readonly<Record<string, unknown>>,
  now: Readonly<Record<string, unknown>>,
): Fault[] =>
  faults.filter(({ field }) => JSON.stringify(sent[placeOf(field)]) === JSON.stringify(now[placeOf(field)]));

/** "must not be empty" → "Must not be empty." */
export const asSentence = (text: string): string =>
  `${text.slice(0, 1).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? "" : "."}`;
