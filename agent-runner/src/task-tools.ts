/** Scheduled tasks as tools of Claude: the MCP server `praktor-tasks`. */
import { randomUUID } from "node:crypto";
import { createSdkMcpServer, tool, type McpServerConfig } from "@anthropic-ai/claude-agent-sdk";
import type { IpcRequest } from "@praktor/protocol/ipc";
import { z } from "zod";
import type { IpcSuccess } from "./ipc-client.ts";
import { taskToolOptions } from "./task-tool-options.ts";
import { toolAnswers } from "./tool-answers.ts";

const id = z.string().describe("The task's id, as scheduled_task_list shows it");
const name = z.string().describe("A short name");
const schedule = z
  .string()
  .describe(
    'A cron expression of 5 or 6 fields ("0 9 * * 1-5"), a relative time for one run ("+30s", "+5m", "+2h"), or JSON {"kind":"cron"|"interval"|"once","cron_expr"|"interval_ms"|"at_ms":…}',
  );
const prompt = z
  .string()
  .describe("What the agent is to do at that time. It must make sense without this conversation");

const { group_id: _, ...changeableOptions } = taskToolOptions;

/** `ask` sends one request to the host; what it rejects with becomes the tool's error, which Claude reads. */
export function taskServer(ask: (request: IpcRequest) => Promise<IpcSuccess>): McpServerConfig {
  const answer = toolAnswers(ask);
  return createSdkMcpServer({
    name: "praktor-tasks",
    version: "1.0.0",
    alwaysLoad: true,
    tools: [
      tool(
        "scheduled_task_create",
        "Creates a task that runs this agent later, once or repeatedly, and sends its answer to the group.",
        {
          name,
          schedule,
          prompt,
          ...taskToolOptions,
        },
        (payload) =>
          answer({ type: "create_task", payload: { ...payload, key: randomUUID() } }, (reply) =>
            [
              `Task created: ${reply.id ?? ""}`,
              ...(reply.task?.schedule_display
                ? [`${reply.task.schedule_display}; next run ${reply.task.next_run ?? "none"}`]
                : []),
            ].join("\n"),
          ),
      ),
      tool(
        "scheduled_task_list",
        "Lists this group's tasks.",
        {
          group_id: taskToolOptions.group_id,
          all: z.boolean().optional().describe("The tasks of all groups; only from the main group"),
          id: id.optional().describe("Only this task, with its whole prompt, where the list says prompt_cut"),
        },
        (payload) =>
          answer({ type: "list_tasks", payload }, (reply) =>
            [
              JSON.stringify(reply.tasks ?? [], null, 1),
              ...(reply.next ? ["There are more than these: the command `ptask list` shows all."] : []),
            ].join("\n"),
          ),
      ),
      tool("scheduled_task_delete", "Deletes a task.", { id }, (payload) =>
        answer({ type: "delete_task", payload }, () => "Task deleted."),
      ),
      tool(
        "scheduled_task_update",
        "Changes a task; what is left out stays as it is.",
        {
          id,
          name: name.optional(),
          schedule: schedule.optional(),
          prompt: prompt.optional(),
          ...changeableOptions,
          enabled: z.boolean().optional().describe("false pauses the task"),
        },
        (payload) => answer({ type: "update_task", payload }, () => "Task updated."),
      ),
      tool("scheduled_task_pause", "Pauses a task until it is resumed.", { id }, (payload) =>
        answer({ type: "pause_task", payload }, () => "Task paused."),
      ),
      tool("scheduled_task_resume", "Goes on with a paused task.", { id }, (payload) =>
        answer(
          { type: "resume_task", payload },
          (reply) => `Task resumed. Next run: ${reply.task?.next_run ?? "none"}`,
        ),
      ),
      tool("scheduled_task_run", "Runs a task now, beside its schedule.", { id }, (payload) =>
        answer({ type: "run_task", payload }, (reply) => `Run: ${reply.run?.state ?? "started"}`),
      ),
      tool("scheduled_task_history", "What came of a task's runs, newest first.", { id }, (payload) =>
        answer({ type: "task_history", payload }, (reply) => JSON.stringify(reply.runs ?? [], null, 1)),
      ),
    ],
  });
}
