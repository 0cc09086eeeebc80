/** Asks a task's own command, in its sandbox, whether the agent is to be woken at all. */
import { AgentControlReply } from "@praktor/protocol/agent-control";
import * as subjects from "@praktor/protocol/subjects";
import type { Logger } from "../kit/logger.ts";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";
import type { RunStore } from "../store/contract/run-store.ts";
import type { Turn } from "../store/rows.ts";
import type { Redactor } from "../vault/redactor.ts";
import type { AskSandbox } from "./ask-sandbox.ts";

export type PreCheckOutcome =
  /** With words for the agent, where the task has a pre-check. */
  { type: "wake"; note: string | null } | { type: "skip"; reason: string };

/** `redactCut` is for a text whose end was cut off. */
export type CheckRedactor = Pick<Redactor, "redact" | "redactCut">;

export interface PreCheckOptions {
  runs: Pick<RunStore, "ofTurn" | "checked">;
  request: AskSandbox;
  logger: Logger;
  /** Takes out the secrets with which the group's command runs; the agent reads what is left. */
  redactorOf: (groupId: string) => Promise<CheckRedactor>;
}

/** A pre-check looks whether there is work; it does none. */
const timeoutMs = 60_000;
/** For the runner to kill it and to answer. */
const answerMs = 10_000;
const maxOutputChars = 20_000;

export class PreCheck {
  readonly #options: PreCheckOptions;

  constructor(options: PreCheckOptions) {
    this.#options = options;
  }

  /** The turn's sandbox answers. Rejects with `not_accepted` when it does not any more; then nothing is known. */
  async ask(turn: Turn, signal: AbortSignal): Promise<PreCheckOutcome> {
    const { runs, logger, redactorOf } = this.#options;
    const known = await runs.ofTurn(turn.id);
    if (!known || known.task.preCheck === null) return { type: "wake", note: null };
    // It said so to an earlier try, and asked again it may find its work begun.
    if (known.run.checkOutput !== null) return { type: "wake", note: noteOf(known.run.checkOutput) };
    const verdict = judge(await this.#run(turn.groupId, known.task.preCheck, signal), await redactorOf(turn.groupId));
    if (verdict.type === "skip") {
      logger.info({ task: known.task.id, run: known.run.id, reason: verdict.reason }, "a pre-check left a run out");
      return verdict;
    }
    await runs.checked(known.run.id, verdict.output);
    return { type: "wake", note: noteOf(verdict.output) };
  }

  async #run(groupId: string, shell: string, signal: AbortSignal): Promise<AgentControlReply> {
    const command = { command: "run_command", shell, timeoutMs, maxOutputChars };
    const subject = subjects.agentControl(groupId);
    try {
      return await this.#options.request(subject, command, AgentControlReply, timeoutMs + answerMs, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      const detail = `The sandbox did not answer while the pre-check ran: ${errorMessage(error)}`;
      throw new PraktorError("not_accepted", detail, { cause: error });
    }
  }
}

type Verdict = { type: "wake"; output: string } | { type: "skip"; reason: string };

function judge(reply: AgentControlReply, redactor: CheckRedactor): Verdict {
  if (reply.status === "error") return skip(`The pre-check could not be run: ${redactor.redact(reply.message)}`);
  const redact = (text: string): string =>
    text.length < maxOutputChars ? redactor.redact(text) : redactor.redactCut(text);
  if (!reply.outcome) return skip("The pre-check could not be run.");
  const { exitCode, output, errorOutput, timedOut } = reply.outcome;
  if (timedOut) return skip(`The pre-check was not over after ${timeoutMs / 1000} seconds, so it was stopped.`);
  if (exitCode !== 0) {
    const how = exitCode === null ? "was killed" : `ended with exit code ${exitCode}`;
    const said = redact(errorOutput).trim().split("\n").at(-1)?.slice(0, 300).toWellFormed() ?? "";
    return skip(`The pre-check ${how}${said === "" ? "." : `: ${said}`}`);
  }
  if (output.trim() === "") return skip("The pre-check printed nothing: there was nothing to do.");
  return { type: "wake", output: redact(output) };
}

function skip(reason: string): Verdict {
  return { type: "skip", reason };
}

function noteOf(output: string): string {
  return `[The pre-check of this task printed:]\n${output.trimEnd()}`;
}
