/** The code that lets a person in: how it is written, and how it is found in what somebody sends. */
import { randomInt } from "node:crypto";

/** Without characters that look like another. */
const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const codeLength = 8;
const isLatin = /^[\p{Script=Latin}0-9]+$/u;
const codePattern = new RegExp(`^[${alphabet}]{${codeLength}}$`);

export function newCode(): string {
  return Array.from({ length: codeLength }, () => alphabet[randomInt(alphabet.length)]).join("");
}

/**
 * `ABCD2345` in any case, with a space or dash in it, alone or after `/pair` or `/start`; `anywhere`: also as a word of a sentence, where
 * nothing else in it can be meant. `code` null: meant as one, and none. Null: other words.
 */
export function readCode(text: string, where: "alone" | "anywhere"): { code: string | null } | null {
  const trimmed = text.trim();
  const bare = trimmed.replace(/^\/(?:pair|start)(?:@\w+)?\s+/i, "");
  if (bare.startsWith("/")) return null;
  const whole = compact(bare).toUpperCase();
  if (codePattern.test(whole)) return { code: whole };
  if (where === "alone") return null;
  const words = (bare.match(/[\p{L}\p{N}\p{Pd}]+/gu) ?? []).map(compact);
  const likely = words.filter((word) => word.length === codeLength && isUnlikeSpeech(word));
  const [only = ""] = likely;
  // Of several none is tried: a message is one guess.
  if (likely.length === 1 && codePattern.test(only.toUpperCase())) return { code: only.toUpperCase() };
  const isMeant = bare !== trimmed || likely.length > 0 || (words.length === 1 && isNearlyCode(words[0] ?? ""));
  return isMeant ? { code: null } : null;
}

function isNearlyCode(word: string): boolean {
  if (word.length === codeLength && isLatin.test(word)) return true;
  return Math.abs(word.length - codeLength) === 1 && isUnlikeSpeech(word);
}

/** Latin digits among letters, or capitals all through: a script that knows no capitals is not taken for a code. */
function isUnlikeSpeech(word: string): boolean {
  return isLatin.test(word) && /\p{L}/u.test(word) && (/[0-9]/.test(word) || word === word.toUpperCase());
}

function compact(text: string): string {
  return text.replaceAll(/[\s\p{P}`]/gu, "");
}
