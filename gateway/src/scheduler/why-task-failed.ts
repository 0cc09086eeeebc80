/** Why a task's run failed and what a person can do about it. Nobody wrote a message that could be sent again: the task comes again, or is run by hand. */
import type { Task, TurnErrorCode } from "../store/rows.ts";
import { describeSpan } from "./describe-schedule.ts";
import { sentence } from "./task-words.ts";

type Limits = Pick<Task, "maxTurns" | "maxDurationMs" | "maxCostUsd">;

/** `detail` is what the log says; only where it helps a person is it in the sentences. */
export function whyTaskFailed(task: Limits, code: TurnErrorCode, detail: string): string {
  switch (code) {
    case "timeout":
      return task.maxDurationMs === null
        ? "It took longer than a turn may take (`agent.turn_timeout`), so I stopped it. What it had done by then is kept. Give it a smaller job."
        : `It took longer than the ${describeSpan(task.maxDurationMs)} that it may take, so I stopped it. What it had done by then is kept. Give it more time (\`max_duration_ms\`) or a smaller job.`;
    case "max_turns":
      return task.maxTurns === null
        ? "It reached the limit of steps for one turn (`agent.max_turns`) before it was done. What it had done by then is kept. Give it more steps (`max_turns`) or a smaller job."
        : `It reached its limit of ${task.maxTurns} steps before it was done. What it had done by then is kept. Give it more steps (\`max_turns\`) or a smaller job.`;
    case "budget":
      return task.maxCostUsd === null
        ? `The budget is used up. ${sentence(detail)} It can work again when the budget is raised or begins anew.`
        : `It reached its limit of $${task.maxCostUsd} for one run, so I stopped it. What it had done by then is kept. Let it cost more (\`max_cost_usd\`), give it a cheaper model or a smaller job.`;
    case "no_credential":
      return "Praktor has no model credential, so no agent can work. Set `ANTHROPIC_API_KEY` or `CLAUDE_CODE_OAUTH_TOKEN` and start Praktor again.";
    case "model_auth":
      return "The model refused Praktor's credential. Check `ANTHROPIC_API_KEY` or `CLAUDE_CODE_OAUTH_TOKEN` in Praktor's settings and start it again.";
    case "model_rate_limit":
      return "The model's rate limit is reached. If that happens often at this time of day, let the task run at another.";
    case "model_overloaded":
      return "The model was overloaded. Nothing is wrong with the task; you can run it now by hand.";
    case "model_unreachable":
      return "The model could not be reached. Check this machine's network and `agent.base_url`.";
    case "model_error":
      return `The model answered with an error: ${sentence(detail)} Check the task's model and its prompt.`;
    case "start_failed":
      return `Its sandbox could not be started, so nothing was done. ${sentence(detail)}`;
    case "lost":
      return `Its sandbox ended while it worked, more often than it may be tried. ${sentence(detail)} What it had begun may be half finished.`;
    case "agent_error":
      return `The agent failed: ${sentence(detail)} If that stays so, Praktor's log has the detail.`;
    case "workspace_full":
      return `It did not begin, because there is no disk space left for it. ${sentence(detail)}`;
    case "not_needed":
      return sentence(detail);
    case "interrupted":
      return "Somebody stopped it.";
    default:
      return code satisfies never;
  }
}
