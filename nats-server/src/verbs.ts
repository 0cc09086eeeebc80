// The verbs of the client protocol, in either case, as a table that is walked byte by byte.

export const PUB = 128;
export const HPUB = 129;
export const SUB = 130;
export const UNSUB = 131;
export const CONNECT = 132;
export const INFO = 133;
const MINUS_ERR = 134;
export const PING = 135;
export const PONG = 136;
const PLUS_OK = 137;

const VERBS: Readonly<Record<string, number>> = {
  PUB,
  HPUB,
  SUB,
  UNSUB,
  CONNECT,
  INFO,
  "-ERR": MINUS_ERR,
  PING,
  PONG,
  "+OK": PLUS_OK,
};

/** `table[state * 256 + byte]` is the next state. */
const TABLE = buildTable();

/** The state after one more byte, beginning at 0; 0 when no verb goes on like this. */
export function nextVerbState(state: number, byte: number): number {
  return TABLE[state * 256 + byte] ?? 0;
}

/** True when the state is one of the verbs above. */
export function isCompleteVerb(state: number): boolean {
  return state >= PUB;
}

/** True for verbs after which the rest of the line means nothing. */
export function isWithoutArguments(verb: number): boolean {
  return verb >= PING;
}

function buildTable(): Uint8Array {
  const table = new Uint8Array(128 * 256);
  let states = 1;
  for (const [verb, code] of Object.entries(VERBS)) {
    let state = 0;
    for (const [index, letter] of verb.split("").entries()) {
      const upper = letter.charCodeAt(0);
      const lower = letter.toLowerCase().charCodeAt(0);
      let next = table[state * 256 + upper] ?? 0;
      if (next === 0) next = index === verb.length - 1 ? code : states++;
      table[state * 256 + upper] = next;
      table[state * 256 + lower] = next;
      state = next;
    }
  }
  return table;
}
