/** The commands of `ptask`: scheduled tasks of the own group, for the agent and its scripts. */
import { Command } from "commander";
import type { IpcRequest } from "@praktor/protocol/ipc";
import type { IpcSuccess } from "./ask-host.ts";
import { addMainCommands } from "./main-commands.ts";
import { onWire, withTaskFlags, yesOrNo } from "./task-flags.ts";

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

  const answer = async (request: { type: IpcRequest["type"]; payload: object }, text: (reply: IpcSuccess) => string) =>
    show(await ask(request), text);
  const show = (reply: IpcSuccess, text: (reply: IpcSuccess) => string): void =>
    print(program.opts<{ json?: boolean }>().json ? JSON.stringify(reply) : text(reply));

  withTaskFlags(program.command("create"))
    .description("create a task")
    .requiredOption("--name <name>", "a short name")
    .requiredOption("--schedule <schedule>", scheduleHelp)
    .requiredOption("--prompt <prompt>", "what the agent is to do at that time")
    .option("--group <id>", "another group (only from the main group)")
    .action(async (given: { name: string; schedule: string; prompt: string }) => {
      await answer({ type: "create_task", payload: onWire(given) }, (reply) => `Task created: ${reply.id ?? ""}`);
    });

  program
    .command("list")
    .description("list this group's tasks")
    .option("--group <id>", "another group's (only from the main group)")
    .option("--all", "the tasks of all groups (only from the main group)")
    .option("--id <id>", "only this task; with --json its whole prompt, which a long list cuts")
    .action(async (given: { group?: string; all?: boolean; id?: string }) => {
      show(await everyTask(ask, onWire(given)), (reply) => listing(reply.tasks ?? []));
    });

  program
    .command("delete")
    .description("delete a task")
    .requiredOption("--id <id>", "the task's id")
    .action(async (payload: Payload<"delete_task">) => {
      await answer({ type: "delete_task", payload }, () => "Task deleted.");
    });

  withTaskFlags(program.command("update"))
    .description("change a task; what is left out stays as it is")
    .requiredOption("--id <id>", "the task's id")
    .option("--name <name>", "a short name")
    .option("--schedule <schedule>", scheduleHelp)
    .option("--prompt <prompt>", "what the agent is to do at that time")
    .option("--enabled <yes>", "true or false: whether the task runs", yesOrNo)
    .action(async (given: { id: string }) => {
      await answer({ type: "update_task", payload: onWire(given) }, () => "Task updated.");
    });

  const ofTask = (name: string, description: string) =>
    program.command(name).description(description).requiredOption("--id <id>", "the task's id");
  ofTask("pause", "start no more runs until it is resumed").action(async (payload: Payload<"pause_task">) => {
    await answer({ type: "pause_task", payload }, () => "Task paused.");
  });
  ofTask("resume", "go on with a paused task").action(async (payload: Payload<"resume_task">) => {
    await answer({ type: "resume_task", payload }, (reply) => `Task resumed.${nextOf(reply)}`);
  });
  ofTask("run", "run a task now, beside its schedule").action(async (payload: Payload<"run_task">) => {
    await answer({ type: "run_task", payload }, (reply) =>
      reply.run?.state === "skipped" ? `Not run: ${reply.run.error ?? "skipped"}` : "Task runs.",
    );
  });
  ofTask("history", "what came of a task's runs, newest first")
    .option("--limit <count>", "at most this many", (value) => Number(value))
    .action(async (payload: Payload<"task_history">) => {
      await answer({ type: "task_history", payload }, (reply) => runListing(reply.runs ?? []));
    });

  addMainCommands(program, answer);
  return program;
}

/** Page by page: one answer carries only so many. */
async function everyTask(ask: ProgramOptions["ask"], payload: object): Promise<IpcSuccess> {
  const tasks: NonNullable<IpcSuccess["tasks"]> = [];
  let after: IpcSuccess["next"];
  for (;;) {
    const { next, ...reply } = await ask({ type: "list_tasks", payload: { ...payload, after } });
    tasks.push(...(reply.tasks ?? []));
    if (next === undefined) return { ...reply, tasks };
    after = next;
  }
}

function nextOf(reply: IpcSuccess): string {
  return reply.task?.next_run ? ` Next run: ${reply.task.next_run}` : "";
}

function runListing(runs: NonNullable<IpcSuccess["runs"]>): string {
  if (runs.length === 0) return "No runs yet.";
  return runs
    .map(({ scheduled_for: due, state, delivery, cost_usd: cost, error }) =>
      [
        `  ${due}`,
        state,
        ...(delivery === null ? [] : [`delivery ${delivery}`]),
        ...(cost === null ? [] : [`$${cost.toFixed(4)}`]),
        ...(error === null ? [] : [error]),
      ].join("  "),
    )
    .join("\n");
}

function listing(tasks: NonNullable<IpcSuccess["tasks"]>): string {
  if (tasks.length === 0) return "No tasks found.";
  return tasks.map(({ id, status, name, schedule }) => `  ${id}  ${status}  ${name}  [${schedule}]`).join("\n");
}
