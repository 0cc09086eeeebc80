/** What is said about pairing, to whom it is offered and to whom it happens. Markdown. */
import type { PairingOffer } from "@praktor/protocol/pairing";
import type { PairingOutcome } from "./pairing.ts";

export function pairingWords({ code, tries }: PairingOffer, botUsername: string): string {
  const link = `https://t.me/${botUsername}?start=${code}`;
  return `🔑 \`${code}\` lets one person in. It is good for 10 minutes and ${tries} tries for each person; they send it to @${botUsername} in a private chat, or follow this link: ${link}`;
}

const form = "A code has eight letters and digits, no I, O, 0 or 1 among them.";

/** For a code that lets nobody in, whatever is the matter with it: who guesses learns nothing. */
export const voidCodeWords = `This code lets nobody in. ${form} It is good for 10 minutes and for one person: ask my owner for a new one.`;

export function outcomeWords(outcome: Extract<PairingOutcome, { type: "wrong" | "paired" }>): string {
  if (outcome.type === "wrong") {
    const what = outcome.mistyped ? `This is not a code. ${form} Send it alone.` : "This is not the code.";
    return outcome.triesLeft === 0
      ? `${what} It was your last try: a new code is needed.`
      : `${what} Tries left: ${outcome.triesLeft}.`;
  }
  return outcome.isOwner
    ? "🔑 Paired: I know you from now on as my owner, and this chat is the main group. Write to me; /help says what I can do, /pair lets others in."
    : "🔑 Paired: you may write to me from now on. /help says what I can do.";
}
