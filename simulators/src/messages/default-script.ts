// The script of demo and tests: it does what simple commands in the person's text say, and says so deterministically.

import { posix } from "node:path";
import { type Command, readCommands } from "./commands.ts";
import { type Conversation, type ToolOutcome, workingDirectory } from "./conversation.ts";
import { auxiliaryReply } from "./auxiliary-reply.ts";
import { longText } from "./long-text.ts";
import { type Reply, type ScriptInput, type ToolCall, answer, callTools, refuse } from "./script.ts";

type Step =
  | { readonly type: "call"; readonly tool: ToolCall }
  | { readonly type: "say"; readonly text: string; readonly overMs?: number }
  | { readonly type: "refuse"; readonly status: number };

/** Hands out the results that have come, in order; undefined means that the call is still to be made. */
type NextOutcome = () => ToolOutcome | undefined;

/**
 * Answers everything that was said since the last complete answer, each part in its order. Commands:
 * `echo X`, `bash: CMD`, `write FILE: CONTENT` (`\n` for a line break), `remember X`, `what did I say first?`,
 * `what do you remember?`, `slow MS: X`, `long WORDS`, `tools COUNT`, `tool NAME JSON`, `fail [STATUS]`; all else is
 * quoted. Tool calls are made one after the other, and the results in the request show how far it has come.
 */
export function defaultScript({ request, conversation }: ScriptInput): Reply {
  const auxiliary = auxiliaryReply(request, conversation);
  if (auxiliary) return auxiliary;

  const outcomes = [...conversation.outcomes];
  const next: NextOutcome = () => outcomes.shift();
  const parts: string[] = [];
  let overMs = 0;
  const commands = withoutNotes(conversation.open.flatMap((text) => readCommands(text)));
  for (const command of commands) {
    const step = stepOf(command, conversation, next);
    switch (step.type) {
      case "call":
        return callTools(step.tool);
      case "refuse":
        // Refused before: what was said after it is to be answered.
        if (command !== commands.at(-1)) break;
        return refuse(step.status, "Refused because the message said so.");
      case "say":
        parts.push(step.text);
        overMs += step.overMs ?? 0;
        break;
      default:
        throw step satisfies never;
    }
  }
  if (parts.length === 0) return answer("I am here. What can I do for you?");
  return answer(parts.join("\n\n"), overMs === 0 ? undefined : overMs);
}

/** Notes about an interruption, put in by whoever runs the session, matter only when nothing else was said. */
function withoutNotes(commands: readonly Command[]): readonly Command[] {
  const spoken = commands.filter(
    (command) => command.type !== "talk" || !/^\[[\s\S]*\]$|\b(?:interrupted|restarted)\b/i.test(command.text),
  );
  return spoken.length === 0 ? commands : spoken;
}

function stepOf(command: Command, conversation: Conversation, next: NextOutcome): Step {
  switch (command.type) {
    case "echo":
      return say(command.text);
    case "bash":
      return callThenTell({ name: "Bash", input: { command: command.command } }, next);
    case "write":
      return write(command.file, command.content, conversation, next);
    case "remember":
      return say(`I will remember: ${command.text}`);
    case "recall":
      return say(recall(command.which, conversation));
    case "slow":
      return { type: "say", text: command.text, overMs: command.overMs };
    case "long":
      return say(longText(command.words));
    case "tools":
      return manyTools(command.count, next);
    case "tool":
      return namedTool(command.name, command.input, conversation, next);
    case "fail":
      return { type: "refuse", status: command.status };
    case "talk":
      return say(quote(command.text));
    default:
      throw command satisfies never;
  }
}

function say(text: string): Step {
  return { type: "say", text };
}

function callThenTell(tool: ToolCall, next: NextOutcome): Step {
  const outcome = next();
  return outcome ? say(outcome.output.trim() === "" ? "(no output)" : outcome.output.trim()) : { type: "call", tool };
}

function write(file: string, content: string, conversation: Conversation, next: NextOutcome): Step {
  const path = posix.resolve(workingDirectory(conversation) ?? "/", file);
  const byShell: ToolCall = {
    name: "Bash",
    input: {
      command: `mkdir -p ${shellWord(posix.dirname(path))} && printf %s ${shellWord(content)} > ${shellWord(path)}`,
    },
  };
  const hasWrite = conversation.toolNames.includes("Write");
  const first = next();
  if (!first) {
    return { type: "call", tool: hasWrite ? { name: "Write", input: { file_path: path, content } } : byShell };
  }
  if (!first.isError) return say(`I wrote \`${file}\` (${Buffer.byteLength(content)} bytes).`);
  if (first.name !== "Write") return say(`I could not write \`${file}\`: ${first.output.trim()}`);
  // Claude Code's Write refuses a file that exists and was not read before.
  const second = next();
  if (!second) return { type: "call", tool: byShell };
  return say(
    second.isError
      ? `I could not write \`${file}\`: ${second.output.trim()}`
      : `I wrote \`${file}\` (${Buffer.byteLength(content)} bytes).`,
  );
}

function recall(which: "first" | "remembered", { said }: Conversation): string {
  if (which === "first") return `You said first: "${said[0] ?? ""}"`;
  const kept = said
    .flatMap((text) => readCommands(text))
    .flatMap((command) => (command.type === "remember" ? [`- ${command.text}`] : []));
  return kept.length === 0
    ? "You have not asked me to remember anything."
    : `You asked me to remember:\n\n${kept.join("\n")}`;
}

function manyTools(count: number, next: NextOutcome): Step {
  for (let step = 1; step <= count; step += 1) {
    if (!next()) return { type: "call", tool: { name: "Bash", input: { command: `echo step ${step} of ${count}` } } };
  }
  return say(`Done: ${count} tool calls.`);
}

function namedTool(name: string, input: unknown, conversation: Conversation, next: NextOutcome): Step {
  const known = (names: readonly string[]): string | undefined =>
    names.find((candidate) => candidate === name) ?? names.find((candidate) => candidate.endsWith(`__${name}`));
  const loaded = known(conversation.toolNames);
  if (loaded !== undefined && name !== "ToolSearch") {
    let outcome = next();
    // The tool may have been looked up before it was loaded.
    if (outcome?.name === "ToolSearch") outcome = next();
    return outcome ? say(outcome.output.trim() || "(no output)") : { type: "call", tool: { name: loaded, input } };
  }
  const full = known(conversation.systemText.split(/\s+/)) ?? name;
  if (name !== "ToolSearch" && conversation.toolNames.includes("ToolSearch")) {
    const search = next();
    if (!search) return { type: "call", tool: { name: "ToolSearch", input: { query: `select:${full}` } } };
  }
  return callThenTell({ name: full, input }, next);
}

function quote(text: string): string {
  const quoted = text
    .split("\n")
    .map((line) => `> ${line}`)
    .join("\n");
  return `**You said:**\n\n${quoted}\n\nI am a simulated model, so that is all I can say about it.`;
}

function shellWord(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
