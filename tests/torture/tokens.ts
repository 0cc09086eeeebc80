/** Each message of a person carries a token that nothing else carries; whoever answers repeats it. */

const pattern = /\bc(\d+)m(\d+)\b/g;

export interface Token {
  chatId: number;
  /** 1, 2, 3 … in the order in which the chat's messages were written. */
  number: number;
}

export function tokenText({ chatId, number }: Token): string {
  return `c${chatId}m${number}`;
}

/** In the order of the text, each once: an answer may name one several times. */
export function tokensIn(text: string): Token[] {
  const found = new Map<string, Token>();
  for (const [word, chatId, number] of text.matchAll(pattern)) {
    if (!found.has(word)) found.set(word, { chatId: Number(chatId), number: Number(number) });
  }
  return [...found.values()];
}
