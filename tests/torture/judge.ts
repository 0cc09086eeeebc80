/** Compares what people wrote with what they were told, and both with what is stored. Pure. */
import type { Evidence, Heard, Said, Stored, StoredPart } from "./evidence.ts";
import { tokensIn, tokenText } from "./tokens.ts";

export interface Findings {
  /** Written, and neither answered nor explained. */
  lost: string[];
  /** Answered twice without the mark, or more often than cuts allow. */
  duplicated: string[];
  reordered: string[];
  /** Said by the bot for no reason that is stored. */
  unexplained: string[];
  /** A message queued twice, a turn with two answers, two stored results. */
  committedTwice: string[];
  /** What is stored does not agree with what was heard, or has not come to an end. */
  unsettled: string[];
  answered: number;
  /** Not answered, but the person was told why. */
  explained: number;
  /** Parts that a person really got twice, marked as that. */
  repeats: number;
  /** Messages about a turn at work that nobody has taken away: a kill between Telegram's acceptance and our record leaves one. */
  standingStatuses: number;
  /** Parts that carry the mark, whether they had arrived before or not. */
  marked: number;
}

/** What a longer turn is doing; it goes away with the turn and is no answer. */
const status = /^⏳ [^\n]+ · (?:\d+ min )?\d+ s(?:\n|$)/;
const mark = /^↻ \(may be a repeat\)\n/;

export function judge({ said, heard, cuts, stored }: Evidence): Findings {
  const findings: Findings = {
    lost: [],
    duplicated: [],
    reordered: [],
    unexplained: [],
    committedTwice: committedTwice(stored),
    unsettled: unsettled(stored, heard),
    answered: 0,
    explained: 0,
    repeats: 0,
    marked: 0,
    standingStatuses: 0,
  };
  for (const chatId of new Set([...said, ...heard].map((message) => message.chatId))) {
    const chat = {
      said: said.filter((message) => message.chatId === chatId),
      heard: heard.filter((message) => message.chatId === chatId),
      parts: stored.parts.filter((part) => part.chatId === chatId),
    };
    judgeChat(chatId, chat, cuts, stored, findings);
  }
  return findings;
}

/** Everything that must be empty after a good run, with its name. */
export function faultsOf(findings: Findings): [name: string, cases: string[]][] {
  const { lost, duplicated, reordered, unexplained, committedTwice: twice, unsettled: open } = findings;
  return [
    ["lost", lost],
    ["duplicated", duplicated],
    ["reordered", reordered],
    ["unexplained", unexplained],
    ["committed twice", twice],
    ["unsettled", open],
  ];
}

interface Chat {
  said: Said[];
  heard: Heard[];
  parts: StoredPart[];
}

function judgeChat(chatId: number, chat: Chat, cuts: readonly number[], stored: Stored, findings: Findings): void {
  const answered = new Set<number>();
  const repeatsAfterCut = new Map<number, number>();
  let last = 0;
  for (const message of chat.heard.toSorted((left, right) => left.messageId - right.messageId)) {
    if (status.test(message.text)) {
      if (!message.deleted) findings.standingStatuses += 1;
      continue;
    }
    const where = `message ${message.messageId} to ${chatId}`;
    const isMarked = mark.test(message.text);
    if (isMarked) findings.marked += 1;
    const named = tokensIn(message.text);
    const tokens = named.filter((token) => token.chatId === chatId);
    if (named.length === 0) {
      if (!isNotice(message, chat.parts, stored)) findings.unexplained.push(`${where}: ${message.text.slice(0, 200)}`);
      continue;
    }
    const foreign = named.find((token) => token.chatId !== chatId);
    if (foreign) findings.unexplained.push(`${where} answers ${tokenText(foreign)}, which was said elsewhere`);
    // What a turn had said until it failed stands before the explanation. It is no answer: a later turn may say it again.
    if (storedAs(message, chat.parts, stored) === "notice") continue;
    if (tokens.some(({ number }) => answered.has(number))) {
      const cut = cuts.findLastIndex((at) => at <= message.at);
      const before = repeatsAfterCut.get(cut) ?? 0;
      repeatsAfterCut.set(cut, before + 1);
      // What was taken and cut a second time has no message id in its row.
      const row =
        chat.parts.find((part) => part.externalId === String(message.messageId)) ??
        chat.parts.find((part) => part.state === "uncertain" && sameWords(message.text.replace(mark, ""), part.plain));
      const isAllowed = isMarked && row?.repeated === true && cut >= 0 && before === 0;
      if (isAllowed) findings.repeats += 1;
      else findings.duplicated.push(`${where}: ${message.text.slice(0, 200)}`);
    }
    for (const { number } of tokens) {
      if (answered.has(number)) continue;
      if (number < last) findings.reordered.push(`${where} answers c${chatId}m${number} after c${chatId}m${last}`);
      last = Math.max(last, number);
      answered.add(number);
    }
  }
  findings.answered += answered.size;
  for (const { number } of chat.said.filter((message) => !answered.has(message.number))) {
    if (isExplained(tokenText({ chatId, number }), chat, stored)) findings.explained += 1;
    else findings.lost.push(tokenText({ chatId, number }));
  }
}

/** Praktor's own words: a part that belongs to a stored notice, or to none because it answered a command. */
function isNotice(message: Heard, parts: readonly StoredPart[], stored: Stored): boolean {
  const role = storedAs(message, parts, stored);
  return role === "notice" || role === "nothing";
}

/** The role of the message that its part belongs to; `nothing` where it belongs to none, null where there is no such part. */
function storedAs(message: Heard, parts: readonly StoredPart[], stored: Stored): string | null {
  const words = message.text.replace(mark, "");
  const part =
    parts.find((candidate) => candidate.externalId === String(message.messageId)) ??
    parts.find((candidate) => candidate.repeated && sameWords(candidate.plain, words));
  if (!part) return null;
  if (part.messageId === null) return "nothing";
  return stored.messages.find((candidate) => candidate.id === part.messageId)?.role ?? null;
}

/** Its turn ended without an answer, and the sentence that says so has arrived. */
function isExplained(token: string, chat: Chat, stored: Stored): boolean {
  const asked = stored.messages.find(
    (message) => message.role === "user" && new RegExp(`\\b${token}\\b`).test(message.content),
  );
  const turn = stored.turns.find((candidate) => candidate.id === asked?.turnId);
  if (!turn || (turn.state !== "failed" && turn.state !== "cancelled")) return false;
  const notices = stored.messages.filter((message) => message.turnId === turn.id && message.role === "notice");
  return notices.some((notice) =>
    chat.parts
      .filter((part) => part.messageId === notice.id)
      .some((part) => chat.heard.some((message) => String(message.messageId) === part.externalId)),
  );
}

function committedTwice({ turns, messages }: Stored): string[] {
  const asked = messages.filter((message) => message.role === "user");
  const queuedTwice = repeated(asked.flatMap((message) => tokensIn(message.content).map((token) => tokenText(token))));
  const answeredTwice = repeated(
    messages.flatMap((message) => (message.role === "assistant" && message.turnId ? [message.turnId] : [])),
  );
  return [
    ...queuedTwice.map((token) => `${token} was queued twice`),
    ...answeredTwice.map((turnId) => `the turn ${turnId} has two answers`),
    ...turns.filter((turn) => turn.results > 1).map((turn) => `the turn ${turn.id} has ${turn.results} results`),
  ];
}

function unsettled({ integrity, turns, parts }: Stored, heard: readonly Heard[]): string[] {
  const ids = new Set(heard.map((message) => `${message.chatId}/${message.messageId}`));
  return [
    ...(integrity === "ok" ? [] : [`integrity: ${integrity}`]),
    ...turns
      .filter((turn) => turn.state === "queued" || turn.state === "running")
      .map((turn) => `the turn ${turn.id} is ${turn.state}`),
    ...parts
      // Of unknown fate for good: an honest word, if it did arrive.
      .filter((part) => part.state !== "sent" && !(part.state === "uncertain" && hasArrived(part, heard)))
      .map((part) => `the part ${part.id} is ${part.state}`),
    ...parts
      .filter((part) => part.state === "sent" && !ids.has(`${part.chatId}/${part.externalId}`))
      .map((part) => `the part ${part.id} is stored as sent, and nobody got it`),
  ];
}

function hasArrived(part: StoredPart, heard: readonly Heard[]): boolean {
  return heard.some(({ chatId, text }) => chatId === part.chatId && sameWords(text.replace(mark, ""), part.plain));
}

function repeated(values: readonly string[]): string[] {
  const seen = new Set<string>();
  return [...new Set(values.filter((value) => seen.size === seen.add(value).size))];
}

function sameWords(left: string, right: string): boolean {
  return left.replaceAll(/\s+/g, " ").trim() === right.replaceAll(/\s+/g, " ").trim();
}
