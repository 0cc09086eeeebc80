/** Speaking and sending files in the middle of a turn, as tools of Claude: the MCP server `praktor-chat`. */
import { randomUUID } from "node:crypto";
import { realpath } from "node:fs/promises";
import { relative, resolve } from "node:path";
import { createSdkMcpServer, tool, type McpServerConfig } from "@anthropic-ai/claude-agent-sdk";
import { ChatIpcRequest } from "@praktor/protocol/chat-ipc";
import { requestProblems } from "@praktor/protocol/issue-words";
import { z } from "zod";
import { errorMessage } from "./runner-error.ts";
import { failed, type ToolAnswer } from "./tool-answers.ts";
import { realWorkspacePath } from "./workspace-path.ts";

export interface ChatToolsOptions {
  /** The conversation whose turns use the tools. */
  conversationId: string;
  workspace: string;
  /** Sends one request to the host; what it rejects with becomes the tool's error, which Claude reads. */
  ask: (request: ChatIpcRequest) => Promise<unknown>;
}

export function chatServer(options: ChatToolsOptions): McpServerConfig {
  const { conversationId, workspace, ask } = options;
  const answer = async (make: () => Promise<unknown>, done: string): Promise<ToolAnswer> => {
    try {
      const parsed = ChatIpcRequest.safeParse(await make());
      if (!parsed.success) return failed(requestProblems(parsed.error));
      await ask(parsed.data);
      return { content: [{ type: "text", text: done }] };
    } catch (error) {
      return failed(errorMessage(error));
    }
  };
  return createSdkMcpServer({
    name: "praktor-chat",
    version: "1.0.0",
    alwaysLoad: true,
    tools: [
      tool(
        "send_message",
        "Sends a message to the chat now, while you go on working: for an interim result or a sentence before something long. Not for your final answer, which is delivered by itself.",
        { text: z.string().describe("Markdown") },
        ({ text }) =>
          answer(async () => ({ type: "send_message", payload: { conversationId, text, key: randomUUID() } }), "Sent."),
      ),
      tool(
        "send_file",
        "Sends a file of your working directory to the chat; images are shown as photos. At most 50 MB. Keep the file until the end of your turn.",
        {
          path: z.string().describe("The file, absolute or relative to your working directory"),
          caption: z.string().optional().describe("A line to stand with it"),
        },
        ({ path, caption }) =>
          answer(async () => {
            const inside = await pathInside(workspace, path);
            const payload = {
              conversationId,
              path: inside,
              key: randomUUID(),
              ...(caption === undefined ? {} : { caption }),
            };
            return { type: "send_file", payload };
          }, "The file is on its way."),
      ),
    ],
  });
}

/** Relative to the workspace, links followed, because the host follows none. Rejects when it leads out or does not exist. */
async function pathInside(workspace: string, path: string): Promise<string> {
  const root = await realpath(workspace);
  const wanted = relative(root, resolve(root, path));
  const outside = wanted.startsWith("..");
  // The workspace may be named by another way that leads to the same place.
  const named = outside ? relative(resolve(workspace), resolve(workspace, path)) : wanted;
  return relative(root, await realWorkspacePath(root, named));
}
