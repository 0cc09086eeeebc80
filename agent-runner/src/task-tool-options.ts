/** What of a scheduled task can be set besides its name, schedule and prompt, as Claude reads it. */
import { z } from "zod";

/** The host's own schema says what values are right; these say what they mean. */
export const taskToolOptions = {
  timezone: z.string().optional().describe('IANA time zone such as "Europe/Berlin"'),
  context_mode: z
    .enum(["isolated", "group"])
    .optional()
    .describe("isolated (default): a session of its own; group: in the group's conversation"),
  overlap: z
    .enum(["skip", "queue"])
    .optional()
    .describe("While an earlier run is not over: skip (default) leaves the new one out, queue lets it wait"),
  catch_up: z
    .enum(["run_once", "skip"])
    .optional()
    .describe(
      "After a time in which Praktor did not run: run_once (default) starts the latest missed run late, skip none",
    ),
  grace_ms: z.number().optional().describe("How late a missed run may still start, in milliseconds"),
  pre_check: z
    .string()
    .nullable()
    .optional()
    .describe(
      "A shell command that is run in this sandbox first and costs no tokens: exit code 0 with output wakes the agent, who reads the output; anything else leaves the run out. null takes it away. Not for another group's task, nor for a command that people are asked about",
    ),
  model: z.string().nullable().optional().describe("Another model than the group's; null goes back to it"),
  max_turns: z.number().nullable().optional().describe("Steps of one run at most; null: the installation's limit"),
  max_duration_ms: z
    .number()
    .nullable()
    .optional()
    .describe("How long a run may take, in milliseconds; null: the installation's limit"),
  max_cost_usd: z.number().nullable().optional().describe("What a run may cost in US dollars; null: no limit"),
  may_manage_tasks: z
    .boolean()
    .optional()
    .describe("Whether the task's own runs may create and change tasks (default: no)"),
  own_sandbox: z
    .boolean()
    .optional()
    .describe("A sandbox of its own on the group's files: what the task may do then holds for it alone (default: no)"),
  group_id: z.string().optional().describe("Another group; only from the main group"),
};
