/**
 * Where Claude Code itself is at home: nothing that an agent wrote lies there, and of programs `ps` alone. What it starts by itself
 * would otherwise read the agent's files and run what they name, unasked: git a repository's configuration, a shell its start files.
 * The agent's commands get the sandbox's HOME and PATH back.
 */
import { join } from "node:path";
import { SealedFolder } from "./sealed-folder.ts";
import { systemProgram } from "./system-program.ts";

/** A login shell looks for it, and the first shell of a session is one: it takes down what the later ones are to have. */
const loginFile = ".bash_profile";
const commandsFile = "commands-environment.sh";
/** By it Claude Code finds what a command has started, to end all of it with the command. It starts nothing and reads no file of anybody's. */
const ps = systemProgram("ps");

/** `HOME` and `PATH` are those of the agent's commands. */
export async function ownHome({ HOME, PATH }: { HOME: string; PATH: string }): Promise<SealedFolder> {
  const path = `export PATH=${quoted(PATH)}\n`;
  return await SealedFolder.make("home", {
    files: { [loginFile]: path, [commandsFile]: `${path}export HOME=${quoted(HOME)}\nunset CLAUDE_ENV_FILE\n` },
    links: ps === undefined ? {} : { ps },
  });
}

/** In place of the sandbox's own, for Claude Code alone. */
export function ownHomeEnvironment(path: string): Record<string, string> {
  return {
    HOME: path,
    PATH: path,
    CLAUDE_CODE_SHELL: systemProgram("bash") ?? "/bin/bash",
    // What Claude Code puts before each command.
    CLAUDE_ENV_FILE: join(path, commandsFile),
  };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
