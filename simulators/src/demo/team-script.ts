/** What the simulated model says as a member of a swarm: the demo's team by its cues, any other plausibly; all else by the default script. */
import { auxiliaryReply } from "../messages/auxiliary-reply.ts";
import { readCommands } from "../messages/commands.ts";
import type { Conversation } from "../messages/conversation.ts";
import { defaultScript } from "../messages/default-script.ts";
import { answer, callTools, type Reply, type Script } from "../messages/script.ts";
import { cues, team, type Cue } from "./team.ts";

/** A member's words come as slowly as this, so that there is something to watch. */
const msPerCharacter = 6;
const mostMs = 2_500;

export const teamScript: Script = (input) => {
  const { conversation, request } = input;
  const member = readMember(conversation);
  const isCommanded = conversation.open.some((text) => readCommands(text).some(({ type }) => type !== "talk"));
  if (member === null || isCommanded) return defaultScript(input);
  return auxiliaryReply(request, conversation) ?? reply(cueOf(member, conversation.open.join("\n\n")), conversation);
};

interface Member {
  role: string;
  task: string;
  part: string;
  leads: boolean;
  partners: readonly string[];
  /** What others brought before it began. */
  results: readonly { role: string; text: string }[];
}

/** From the input that a member begins with; null for anybody else. */
function readMember({ said }: Conversation): Member | null {
  const text = said.find((one) => /^You are “[^”]+”, one of \d+ members? of a swarm in Praktor/.test(one));
  if (text === undefined) return null;
  const sections = text
    .split(/^## /m)
    .slice(1)
    .map((section) => {
      const [head = "", ...body] = section.split("\n");
      return { head: head.trim(), body: body.join("\n").trim() };
    });
  const body = (pattern: RegExp): string => sections.find(({ head }) => pattern.test(head))?.body ?? "";
  return {
    role: /^You are “([^”]+)”/.exec(text)?.[1] ?? "",
    task: body(/^The task of the swarm$/),
    part: body(/^Your part as /),
    leads: /^- You are the lead:/m.test(text),
    partners: [...body(/^The members$/).matchAll(/^- (\S+) \([^)]*you talk with it/gm)].map(([, role = ""]) => role),
    results: sections.flatMap(({ head, body }) => {
      const role = /^The result of (\S+)$/.exec(head)?.[1];
      return role === undefined ? [] : [{ role, text: body }];
    }),
  };
}

function cueOf(member: Member, heard: string): Cue {
  const known = member.task === team.task ? cues[member.role] : undefined;
  return known?.find(({ hears }) => hears.test(heard)) ?? improvise(member, heard);
}

/** A team that the demo does not know: each says what it would look at, the lead puts it together. */
function improvise({ role, task, part, leads, partners, results }: Member, heard: string): Cue {
  const hears = /./;
  const [question = ""] = task.split("\n");
  if (leads) {
    const parts = results.map((result) => `**${result.role}**: ${result.text.split("\n")[0] ?? ""}`);
    return { hears, does: [], says: [`# ${question}`, ...parts, closing].join("\n\n") };
  }
  const view = part === "" ? `As ${role} I looked at “${question}”.` : `As ${role} I took this on: ${part}`;
  const from = /^\[From (\S+) to /m.exec(heard)?.[1];
  const says = from === undefined ? view : `${view} I have taken in what ${from} wrote.`;
  // What others wrote may be there before it begins; it writes to them all the same, once.
  if (!heard.includes(taskHead)) return { hears, does: [], says };
  const does = partners.map((to) => ({ name: "swarm_send", input: { to, text: `${view} What do you see?` } }));
  const note = { name: "swarm_board_write", input: { key: role, value: "My part is done." } };
  return { hears, does: [...does, note], says };
}

const taskHead = "## The task of the swarm";
const closing = "(A simulated model says this: with a real one the work would stand here.)";

function reply({ does, says }: Cue, { outcomes, toolNames }: Conversation): Reply {
  const next = does[outcomes.length];
  if (next === undefined) return answer(says, Math.min(mostMs, says.length * msPerCharacter));
  return callTools({ ...next, name: toolNames.find((name) => name.endsWith(`__${next.name}`)) ?? next.name });
}
