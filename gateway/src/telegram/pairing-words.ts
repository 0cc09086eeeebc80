/** What is said about pairing, to whom it is offered and to whom it happens. Markdown. */
import type { PairingOffer } from "@praktor/protocol/pairing";
import type { PairingOutcome } from "./pairing.ts";

export function pairingWords({ code, tries }: PairingOffer, botUsername: string): string {
  const link = `https://t.me/${botUsername}?start=${code}`;
  return `🔑 \`${code}\` lets one person in. It is good for 10 minutes and ${tries} tries for each person; they send it to @${botUsername} in a private chat, or follow this link: ${link}`;
}

export function outcomeWords(outcome: Exclude<PairingOutcome, { type: "none" }>): string {
  if (outcome.type === "wrong") {
    return outcome.triesLeft === 0
      ? "This is not the code, and it was your last try: a new code is needed."
      : `This is not the code. Tries left: ${outcome.triesLeft}.`;
  }
  return outcome.isOwner
    ? "🔑 Paired: I know you from now on as my owner, and this chat is the main group. Write to me; /help says what I can do, /pair lets others in."
    : "🔑 Paired: you may write to me from now on. /help says what I can do.";
}
