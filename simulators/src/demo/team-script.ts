/** What the simulated model says as a member of a swarm: the demo's team by its cues, any other plausibly; all else by the default script. */
import { auxiliaryReply } from "../messages/auxiliary-reply.ts";
import { type Command, readCommands } from "../messages/commands.ts";
import type { Conversation } from "../messages/conversation.ts";
import { defaultScript } from "../messages/default-script.ts";
import { answer, callTools, type Reply, type Script } from "../messages/script.ts";
import { improvise, type Member } from "./improvise.ts";
import { cues, team, type Cue } from "./team.ts";

/** A member's words come as slowly as this, so that there is something to watch. */
const msPerCharacter = 6;
const mostMs = 2_500;

export const teamScript: Script = (input) => {
  const { conversation, request } = input;
  const member = readMember(conversation);
  const isCommanded = conversation.open.some((text) => readCommands(text).some(isOrder));
  if (member === null || isCommanded) return defaultScript(input);
  return auxiliaryReply(request, conversation) ?? reply(cueOf(member, conversation.open.join("\n\n")), conversation);
};

/** “Write poem: the sea” is a task like any other; a file to write has a dot or a folder in its name. */
const isOrder = (command: Command): boolean =>
  command.type !== "talk" && (command.type !== "write" || /[./]/.test(command.file));

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
      return role === undefined ? [] : [{ role, text: body.replace(/^> ?/gm, "") }];
    }),
  };
}

function cueOf(member: Member, heard: string): Cue {
  const known = member.task === team.task ? cues[member.role] : undefined;
  return known?.find(({ hears }) => hears.test(heard)) ?? improvise(member, heard);
}

function reply({ does, says }: Cue, { outcomes, toolNames }: Conversation): Reply {
  const next = does[outcomes.length];
  if (next === undefined) return answer(says, Math.min(mostMs, says.length * msPerCharacter));
  return callTools({ ...next, name: toolNames.find((name) => name.endsWith(`__${next.name}`)) ?? next.name });
}
