/** What only the main group's agent may do, as tools of Claude: the MCP server `praktor-main`. The host checks the right itself. */
import { randomUUID } from "node:crypto";
import { createSdkMcpServer, tool, type McpServerConfig } from "@anthropic-ai/claude-agent-sdk";
import type { IpcRequest } from "@praktor/protocol/ipc";
import { z } from "zod";
import type { IpcSuccess } from "./ipc-client.ts";
import { toolAnswers } from "./tool-answers.ts";

/** `ask` sends one request to the host; what it rejects with becomes the tool's error, which Claude reads. */
export function mainServer(ask: (request: IpcRequest) => Promise<IpcSuccess>): McpServerConfig {
  const answer = toolAnswers(ask);
  return createSdkMcpServer({
    name: "praktor-main",
    version: "1.0.0",
    alwaysLoad: true,
    tools: [
      tool("list_groups", "Lists all groups of this Praktor with their ids.", {}, () =>
        answer({ type: "list_groups", payload: {} }, (reply) => JSON.stringify(reply.groups ?? [], null, 1)),
      ),
      tool(
        "register_group",
        "Makes a group, or finds the one that is there: for a Telegram chat whose id is known.",
        {
          id: z.string().describe("The group's id: a Telegram chat's is its number"),
          name: z.string().describe("A name that people know it by"),
        },
        (payload) => answer({ type: "register_group", payload }, (reply) => `Group ${reply.id ?? ""} is there.`),
      ),
      tool(
        "send_to_group",
        "Says something in another group's chat. Its agent does not hear of it.",
        {
          group_id: z.string().describe("The group's id, as list_groups shows it"),
          text: z.string().describe("Markdown"),
        },
        (payload) =>
          answer({ type: "send_message", payload: { ...payload, key: randomUUID() } }, () => "It is on its way."),
      ),
      tool(
        "start_swarm",
        "Starts a team of agents on one task, each in a sandbox of its own, and returns at once. Progress and the answer come to this chat by themselves; do not wait for them.",
        {
          task: z.string().describe("The task, complete in itself: the agents know nothing of this conversation"),
          agents: z
            .array(
              z.object({
                role: z.string().describe("A short name"),
                prompt: z.string().optional().describe("What this one is to do"),
                group_folder: z.string().optional().describe("Folder of a group whose files it may read"),
              }),
            )
            .optional()
            .describe("At most 20; or a template in place of them"),
          template: z.string().optional().describe("research, code-review, writing, or one that was saved"),
          edges: z
            .array(z.object({ from: z.string(), to: z.string(), kind: z.enum(["directed", "mutual"]).optional() }))
            .optional()
            .describe("directed: `to` starts with the result of `from`; mutual: the two talk. None: all side by side"),
          lead: z.string().optional().describe("The role that works last and writes the answer"),
        },
        (payload) => answer({ type: "start_swarm", payload }, (reply) => reply.status ?? `Started: ${reply.id ?? ""}`),
      ),
      tool(
        "swarm_status",
        "How a swarm stands, or the newest ones where no id is given.",
        { id: z.string().optional() },
        (payload) => answer({ type: "swarm_status", payload }, (reply) => reply.status ?? ""),
      ),
      tool("status", "How this Praktor is: its parts, its agents, its groups.", {}, () =>
        answer({ type: "status", payload: {} }, (reply) => reply.status ?? ""),
      ),
    ],
  });
}
