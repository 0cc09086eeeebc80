/** Answers the host's commands on `agent.{groupID}.control`. */
import {
  AgentControl,
  type AgentControlReply,
  type CommandOutcome,
  type RunnerStatus,
} from "@praktor/protocol/agent-control";
import type { Logger } from "./logger.ts";
import { errorMessage } from "./runner-error.ts";
import type { Command } from "./run-command.ts";
import type { WorkspaceFiles } from "./workspace-files.ts";
import { WorkspaceError, type WorkspaceErrorCode } from "./workspace-path.ts";

type ControlFailure = Extract<AgentControlReply, { status: "error" }>;

export interface ControlDeskOptions {
  files: WorkspaceFiles;
  logger: Logger;
  status: () => RunnerStatus;
  interrupt: (turnId: string) => boolean;
  endSession: (conversationId: string) => Promise<boolean>;
  /** Rejects when the shell cannot be started. */
  runCommand: (command: Command) => Promise<CommandOutcome>;
  /** Called after the reply is on its way. */
  shutdown: () => void;
  signal: AbortSignal;
}

/** Never rejects: whatever goes wrong is the reply. */
export async function answerControl(text: string, options: ControlDeskOptions): Promise<AgentControlReply> {
  let command: AgentControl;
  try {
    command = AgentControl.parse(JSON.parse(text));
  } catch (error) {
    return failure("invalid", `the command does not parse: ${errorMessage(error)}`);
  }
  try {
    return await obey(command, options);
  } catch (error) {
    const reply = failure(codeOf(error), errorMessage(error));
    // That a file is not there is an answer: each look of the page asks for some that few groups have.
    const isAnswer = reply.code === "not_found" && command.command.startsWith("workspace_");
    const { command: name } = command;
    if (!isAnswer) options.logger.debug({ command: name, code: reply.code, error: reply.message }, "a command failed");
    return reply;
  }
}

async function obey(command: AgentControl, options: ControlDeskOptions): Promise<AgentControlReply> {
  const { files, signal } = options;
  switch (command.command) {
    case "ping":
      return { status: "ok" };
    case "status":
      return { status: "ok", runner: options.status() };
    case "shutdown":
      setImmediate(options.shutdown);
      return { status: "ok" };
    case "interrupt":
      return options.interrupt(command.turnId)
        ? { status: "ok" }
        : failure("not_found", `turn ${command.turnId} does not run here`);
    case "end_session":
      return (await options.endSession(command.conversationId))
        ? { status: "ok" }
        : failure("invalid", `conversation ${command.conversationId} runs a turn`);
    case "run_command":
      return { status: "ok", outcome: await options.runCommand(command) };
    case "workspace_list":
      return { status: "ok", ...(await files.list(command.path, command.limit)) };
    case "workspace_stat":
      return { status: "ok", entry: await files.stat(command.path) };
    case "workspace_read":
      return { status: "ok", entry: await files.read(command.path, command.transferId, signal) };
    case "workspace_write":
      return { status: "ok", entry: await files.write(command.path, command.transferId, signal) };
    default:
      command satisfies never;
      return failure("invalid", "unknown command");
  }
}

function failure(code: WorkspaceErrorCode, message: string): ControlFailure {
  return { status: "error", code, message };
}

function codeOf(error: unknown): WorkspaceErrorCode {
  if (error instanceof WorkspaceError) return error.code;
  switch (error instanceof Error && "code" in error ? error.code : undefined) {
    case "ENOENT":
      return "not_found";
    case "ENOTDIR":
      return "not_a_directory";
    case "EISDIR":
      return "not_a_file";
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return "denied";
    // What O_NOFOLLOW says of a link, and a circle of links.
    case "ELOOP":
      return "outside_workspace";
    case "ENAMETOOLONG":
    case "EINVAL":
      return "invalid";
    default:
      return "failed";
  }
}
