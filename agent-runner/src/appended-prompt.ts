/** What is added to Claude Code's own system prompt: where the agent is, what it has, and the instructions for all groups. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { SandboxEnvironment } from "@praktor/protocol/sandbox-environment";
import { networkSentence } from "./network-environment.ts";

/** As it is now: the global instructions are read anew, and missing ones are none. `secrets`: a sentence on what the group is given, or null. */
export async function appendedPrompt(environment: SandboxEnvironment, secrets: string | null): Promise<string> {
  const global = await readFile(join(environment.PRAKTOR_GLOBAL, "CLAUDE.md"), "utf8").catch(() => "");
  const given = secrets === null ? "" : ` ${secrets}`;
  const role = environment.PRAKTOR_SWARM_ID === undefined ? groupSetting(environment) : memberSetting(environment);
  const setting = `${role}${given}`;
  const network = networkSentence(environment.PRAKTOR_NETWORK);
  const told = network === null ? setting : `${setting} ${network}`;
  return global.trim() === "" ? told : `${told}\n\n# Instructions for all groups\n\n${global}`;
}

function memberSetting(environment: SandboxEnvironment): string {
  const { PRAKTOR_WORKSPACE: own, PRAKTOR_GROUP_FILES: group, PRAKTOR_SWARM_FILES: shared } = environment;
  const files = [
    `Your working directory ${own} is yours alone.`,
    ...(shared === undefined ? [] : [`${shared} is the folder that all members share.`]),
    ...(group === undefined
      ? []
      : [`${group} holds a group's files, which you can only read; CLAUDE.md in it says how that group works.`]),
  ];
  return `You are one member of a swarm in Praktor: several agents who solve one task together. The last thing you write in a turn must be your whole result. Nobody can click, approve or watch a terminal. ${files.join(" ")} Work with the others through the praktor-swarm tools.`;
}

function groupSetting(environment: SandboxEnvironment): string {
  return `You are the agent of one group in Praktor. Your answer's text is delivered to a chat, so the last thing you write in a turn must be the whole answer; files reach people only through the praktor-chat tool send_file. Nobody can click, approve or watch a terminal. Your working directory ${environment.PRAKTOR_WORKSPACE} is the group's own and is kept; CLAUDE.md in it is the group's memory, which you may edit. For anything that should happen later or repeatedly use the praktor-tasks tools (or the command ptask), never a process of your own.`;
}
