/** What came of a question to people, in words. Pure. */
import type { MessageApproval } from "@praktor/protocol/approvals";
import { en } from "../text/en.ts";

const t = en.approvals;

/** `choice`: null where nobody chose. `person`: what the one is called who answered in Telegram. */
export const approvalOutcome = (
  { state, choice, choices, answered_by: by }: Pick<MessageApproval, "state" | "choice" | "choices" | "answered_by">,
  person?: string,
): { words: string; choice: string | null } => {
  switch (state) {
    case "open":
      return { words: t.open, choice: null };
    case "expired":
      return { words: t.expired, choice: null };
    case "void":
      return { words: t.void, choice: null };
    case "chosen": {
      const label = withoutSign(choices.find(({ id }) => id === choice)?.label ?? choice ?? "");
      const who = by === "page" ? t.onPage : person === undefined ? t.inTelegram : t.byPerson(person);
      return { words: t.chosen(CHOSEN[choice ?? ""] ?? label, who), choice };
    }
    default:
      return state satisfies never;
  }
};

/** Only the words of a question or a button: the sign before them is for Telegram, which has no icons. */
export const withoutSign = (label: string): string =>
  label.replace(/^(?:\p{Extended_Pictographic}|\u200D|\uFE0F)+\s+/u, "");

/** The user id in Telegram of who answered there. */
export const telegramId = (answeredBy: string | null | undefined): string | undefined =>
  /^telegram:(.+)$/.exec(answeredBy ?? "")?.[1];

const CHOSEN: Readonly<Record<string, string>> = { allow: t.allowed, deny: t.denied };
