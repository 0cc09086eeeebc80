/** The commands of `ptask`: scheduled tasks of the own group, for the agent and its scripts. */
import { Command } from "commander";
import type { IpcRequest } from "@praktor/protocol/ipc";
import type { IpcSuccess } from "./ask-host.ts";

export interface ProgramOptions {
  ask: (request: unknown) => Promise<IpcSuccess>;
  /** Gets whole lines without their line break. */
  print: (line: string) => void;
  printError: (line: string) => void;
}

type Payload<Type extends IpcRequest["type"]> = Extract<IpcRequest, { type: Type }>["payload"];

const scheduleHelp = 'cron ("0 9 * * 1-5"), +30s, +5m, +2h, or JSON {"kind":"interval","interval_ms":60000}';

/** Parsing rejects with commander's error for wrong usage, and with whatever `ask` rejects with. */
export function makeProgram({ ask, print, printError }: ProgramOptions): Command {
  const program = new Command("ptask")
    .description("Scheduled tasks of this group")
    .option("--json", "print Praktor's reply as JSON")
    .configureOutput({
      writeOut: (text) => print(text.trimEnd()),
      writeErr: (text) => printError(text.trimEnd()),
      outputError: (text, write) => write(text.replace(/^error:/, "Error:")),
    })
    .exitOverride();

  const answer = async (
    request: { type: IpcRequest["type"]; payload: object },
    text: (reply: IpcSuccess) => string,
  ) => {
    const reply = await ask(request);
    print(program.opts<{ json?: boolean }>().json ? JSON.stringify(reply) : text(reply));
  };

  program
    .command("create")
    .description("create a task")
    .requiredOption("--name <name>", "a short name")
    .requiredOption("--schedule <schedule>", scheduleHelp)
    .requiredOption("--prompt <prompt>", "what the agent is to do at that time")
    .option("--timezone <zone>", "IANA time zone, for example Europe/Berlin")
    .option("--context-mode <mode>", "isolated (a session of its own) or group")
    .action(
      async ({ contextMode, ...given }: Omit<Payload<"create_task">, "context_mode"> & { contextMode?: string }) => {
        const payload = { ...given, ...(contextMode === undefined ? {} : { context_mode: contextMode }) };
        await answer({ type: "create_task", payload }, (reply) => `Task created: ${reply.id ?? ""}`);
      },
    );

  program
    .command("list")
    .description("list this group's tasks")
    .action(async () => {
      await answer({ type: "list_tasks", payload: {} }, (reply) => listing(reply.tasks ?? []));
    });

  program
    .command("delete")
    .description("delete a task")
    .requiredOption("--id <id>", "the task's id")
    .action(async (payload: Payload<"delete_task">) => {
      await answer({ type: "delete_task", payload }, () => "Task deleted.");
    });

  program
    .command("update")
    .description("change a task; what is left out stays as it is")
    .requiredOption("--id <id>", "the task's id")
    .option("--name <name>", "a short name")
    .option("--schedule <schedule>", scheduleHelp)
    .option("--prompt <prompt>", "what the agent is to do at that time")
    .option("--timezone <zone>", "IANA time zone")
    .option("--enabled <yes>", "true or false: whether the task runs", yesOrNo)
    .action(async (payload: Payload<"update_task">) => {
      await answer({ type: "update_task", payload }, () => "Task updated.");
    });

  return program;
}

function listing(tasks: NonNullable<IpcSuccess["tasks"]>): string {
  if (tasks.length === 0) return "No tasks found.";
  return tasks.map(({ id, status, name, schedule }) => `  ${id}  ${status}  ${name}  [${schedule}]`).join("\n");
}

/** Anything else goes on as it is: the protocol's schema says what is wrong with it. */
function yesOrNo(value: string): boolean | string {
  return value === "true" ? true : value === "false" ? false : value;
}
