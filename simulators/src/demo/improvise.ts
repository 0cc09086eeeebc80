/** What members of a team say that the demo does not know: by their craft and the words of the task, and always marked as simulated. */
import { keyPhrases } from "./key-phrases.ts";
import type { Cue } from "./team.ts";

export interface Member {
  role: string;
  task: string;
  part: string;
  leads: boolean;
  partners: readonly string[];
  /** What others brought before it began. */
  results: readonly { role: string; text: string }[];
}

/** Ends the words of each, so that nobody takes them for a model's. */
const mark = "*(simulated)*";
const closing =
  "*A simulated model wrote this from the words of the task alone: with a real one the team's work would stand here.*";

export function improvise(member: Member, heard: string): Cue {
  const hears = /./;
  if (member.leads) return { hears, does: [], says: together(member) };
  const [one, two, three] = quoted(member.task);
  const craft = craftOf(member);
  const from = /^\[From (\S+) to /m.exec(heard)?.[1];
  const built = member.results.map(({ role, text }) => `I build on what ${role} brought: ${firstPoint(text)}`);
  const taken =
    from === undefined ? [] : [`I have taken in what ${from} wrote: ${one} comes first, ${three} is said to be open.`];
  const says = [...built, craft.work(one, two, three), ...taken, mark].join("\n\n");
  // What others wrote may be there before it begins; it writes to them all the same, once.
  if (!heard.includes("## The task of the swarm")) return { hears, does: [], says };
  const does = member.partners.map((to) => ({ name: "swarm_send", input: { to, text: craft.asks(one, two, three) } }));
  const note = { name: "swarm_board_write", input: { key: member.role, value: craft.notes(one, two) } };
  return { hears, does: [...does, note], says };
}

function together({ task, results }: Member): string {
  const [question = ""] = task.split("\n");
  const [one, two, three] = quoted(task);
  const summary = `In short: ${one} carries the answer, ${two} shows it at work, and what is open about ${three} is named.`;
  const parts = results.map(({ role, text }) => `- **${role}**: ${firstPoint(text)}`);
  return [`# ${question}`, ...(results.length === 0 ? [] : [summary]), parts.join("\n"), closing]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** Words of the task are quoted, those that stand in are not. */
function quoted(task: string): [string, string, string] {
  const [one, two, three] = keyPhrases(task);
  const quote = (phrase: string): string => (task.includes(phrase) ? `“${phrase}”` : phrase);
  return [quote(one), quote(two), quote(three)];
}

/** The first thing that somebody says, without its mark. */
function firstPoint(text: string): string {
  const points = text.split("\n").filter((line) => /^(?:[-*] |\d+\. )/.test(line));
  const [line = ""] =
    points.length > 0 ? points : text.split("\n").filter((each) => each.trim() !== "" && each !== mark);
  return line.replace(/^(?:[-*] |\d+\. )/, "");
}

type Words = (one: string, two: string, three: string) => string;

interface Craft {
  /** Of a role or of what it is to do. */
  fits: RegExp;
  work: Words;
  asks: Words;
  notes: (one: string, two: string) => string;
}

const list = (...lines: string[]): string => lines.map((line) => `- ${line}`).join("\n");
const steps = (...lines: string[]): string => lines.map((line, index) => `${index + 1}. ${line}`).join("\n");

const crafts: readonly Craft[] = [
  {
    fits: /research|scout|explor|analy|source|fact|figure|investigat|data|market/i,
    work: (one, two, three) =>
      list(
        `On ${one} the whole answer stands: it needs two sources that a reader can check.`,
        `On ${two} one example is enough, the plainest there is.`,
        `On ${three} I found nothing to rely on; whoever builds on this should say so.`,
      ),
    asks: (one, two) => `I have something on ${one} and on ${two}. Which of them do you need first?`,
    notes: (one, two) => `Two sources for ${one}, one example for ${two}.`,
  },
  {
    fits: /critic|review|check|test|secur|audit|proof|legal|quality|\bqa\b|sceptic|skeptic/i,
    work: (one, two, three) =>
      steps(
        `Begin with ${one}: whoever reads this asks for it first.`,
        `For ${two} a figure or an example is missing.`,
        `Say what is not known about ${three}; it reads as if it were settled.`,
      ),
    asks: (one, _two, three) =>
      `Before you go on: is ${one} clear to a newcomer, and what do we leave out about ${three}?`,
    notes: (one, two) => `To mend: ${one} comes too late, ${two} lacks an example.`,
  },
  {
    fits: /plan|manag|coordinat|organi[sz]|strateg|product|architect/i,
    work: (one, two, three) =>
      steps(
        `Settle ${one}; all else waits for it.`,
        `Work on ${two} and ${three} side by side, each with one who answers for it.`,
        "Look at both together, and stop when nothing is left that would change the answer.",
      ),
    asks: (one, two) => `I would settle ${one} first and then ${two}. Does anything of yours have to come before?`,
    notes: (one, two) => `Order: ${one}, then ${two}.`,
  },
  {
    fits: /cod(?:e|er|ing)|develop|program|engineer|build|implement/i,
    work: (one, two, three) =>
      list(
        `A smallest version that does ${one} and nothing else, with a test that can fail.`,
        `${capital(two)} comes next, behind the same interface.`,
        `Left for later: ${three}, as nobody needs it for a first look.`,
      ),
    asks: (one, _two, three) => `My first version does ${one} only. Would you miss ${three} in it?`,
    notes: (one, two) => `First version: ${one}. Next: ${two}.`,
  },
];

/** For whom nothing else fits. */
const writing: Omit<Craft, "fits"> = {
  work: (one, two, three) =>
    list(
      `${capital(one)} opens it, in one sentence that stands by itself.`,
      `${capital(two)} follows with an example from everyday life.`,
      `${capital(three)} closes it, with what is still open.`,
    ),
  asks: (one, two) => `My draft begins with ${one} and goes on to ${two}. Does that carry, or is something missing?`,
  notes: (one, two) => `Draft: ${one}, then ${two}.`,
};

/** The role says it; where it names no craft, what it is to do. */
function craftOf({ role, part }: Member): Omit<Craft, "fits"> {
  const find = (text: string): Craft | undefined => crafts.find(({ fits }) => fits.test(text));
  return find(role) ?? find(part) ?? writing;
}

function capital(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
