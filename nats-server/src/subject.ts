// Rules of NATS subjects: validity, wildcards, containment, and how the server quotes them in errors.

/** True when the subject has at least one `*` or `>` token. */
export function hasWildcard(subject: string): boolean {
  return subject.split(".").some((token) => token === "*" || token === ">");
}

/** True for a subject that can be subscribed to: no empty token, `>` only at the end. */
export function isValidSubject(subject: string): boolean {
  if (subject === "") return false;
  const tokens = subject.split(".");
  return tokens.every((token, index) => token !== "" && (token !== ">" || index === tokens.length - 1));
}

/** True when every subject that `subject` matches is matched by `pattern` too. */
export function isSubset(subject: string, pattern: string): boolean {
  const tokens = subject.split(".");
  const patternTokens = pattern.split(".");
  for (const [index, patternToken] of patternTokens.entries()) {
    const token = tokens[index];
    if (token === undefined || token === "" || patternToken === "") return false;
    if (patternToken === ">") return true;
    if (token === ">") return false;
    if (patternToken === "*") continue;
    if (token !== patternToken) return false;
  }
  return tokens.length === patternTokens.length;
}

/** True when some subject is matched by both. */
export function overlaps(left: string, right: string): boolean {
  const leftTokens = left.split(".");
  const rightTokens = right.split(".");
  const shared = Math.min(leftTokens.length, rightTokens.length);
  for (let index = 0; index < shared; index++) {
    const leftToken = leftTokens[index];
    const rightToken = rightTokens[index];
    if (leftToken === ">" || rightToken === ">") return true;
    if (leftToken !== "*" && rightToken !== "*" && leftToken !== rightToken) return false;
  }
  return leftTokens.length === rightTokens.length;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

/** One UTF-8 sequence, or one byte, of a byte string. */
const SEQUENCE = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}|[^]/g;

/** Quotes a byte string (one character a byte) as the reference server does in its permission errors. */
export function quoteSubject(subject: string): string {
  if (/^[\x20\x21\x23-\x5b\x5d-\x7e]*$/.test(subject)) return `"${subject}"`;
  return `"${subject.replace(SEQUENCE, quoteSequence)}"`;
}

function quoteSequence(bytes: string): string {
  const character = Buffer.from(bytes, "latin1").toString("utf8");
  if (character.includes("\ufffd") && bytes !== "\xef\xbf\xbd") return bytes.replace(/[^]/g, escapeByte);
  const escaped = ESCAPES[character];
  if (escaped !== undefined) return escaped;
  if (/^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u.test(character)) return bytes;
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x80) return escapeByte(bytes);
  return code < 0x10000 ? `\\u${code.toString(16).padStart(4, "0")}` : `\\U${code.toString(16).padStart(8, "0")}`;
}

function escapeByte(byte: string): string {
  return `\\x${byte.charCodeAt(0).toString(16).padStart(2, "0")}`;
}
