/** How members of a swarm work together, as tools of Claude: the MCP server `praktor-swarm`. */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { createSdkMcpServer, tool, type McpServerConfig } from "@anthropic-ai/claude-agent-sdk";
import { requestProblems } from "@praktor/protocol/issue-words";
import { swarmMember } from "@praktor/protocol/subjects";
import { SwarmMemberReply, SwarmMemberRequest } from "@praktor/protocol/swarm";
import { z } from "zod";
import type { FactTransport } from "./fact-outbox.ts";
import { errorMessage } from "./runner-error.ts";
import { failed, type ToolAnswer } from "./tool-answers.ts";

const requestTimeoutMs = 10_000;
/** Each message has a key, so that a repeat is the same one: a gateway that starts anew loses none. */
const tries = 6;
const pauseMs = 1_500;

/** Rejects when nobody answered. */
export async function askSwarm(
  transport: Pick<FactTransport, "request">,
  subject: string,
  request: SwarmMemberRequest,
): Promise<SwarmMemberReply> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const signal = AbortSignal.timeout(requestTimeoutMs);
      return SwarmMemberReply.parse(await transport.request(subject, request, requestTimeoutMs, signal));
    } catch (error) {
      if (attempt >= tries) throw error;
      await sleep(pauseMs);
    }
  }
}

export function swarmServer(
  transport: Pick<FactTransport, "request">,
  member: { swarmId: string; memberId: string },
): McpServerConfig {
  const answer = async (request: unknown): Promise<ToolAnswer> => {
    try {
      const parsed = SwarmMemberRequest.safeParse(request);
      if (!parsed.success) return failed(requestProblems(parsed.error));
      const reply = await askSwarm(transport, swarmMember(member.swarmId, member.memberId), parsed.data);
      return "error" in reply ? failed(reply.error) : { content: [{ type: "text", text: reply.text }] };
    } catch (error) {
      return failed(`Praktor did not answer: ${errorMessage(error)}`);
    }
  };
  const text = z.string().describe("What to say, in Markdown");
  return createSdkMcpServer({
    name: "praktor-swarm",
    version: "1.0.0",
    alwaysLoad: true,
    tools: [
      tool(
        "swarm_send",
        "Sends a message to one member of your swarm. It is read when that member's turn is over; an answer reaches you as a new input after yours.",
        { to: z.string().describe("The member's role"), text },
        ({ to, text }) => answer({ type: "send", payload: { key: randomUUID(), to, text } }),
      ),
      tool("swarm_broadcast", "Sends a message to all other members of your swarm.", { text }, ({ text }) =>
        answer({ type: "broadcast", payload: { key: randomUUID(), text } }),
      ),
      tool("swarm_members", "Lists the members of your swarm and how each stands.", {}, () =>
        answer({ type: "members", payload: {} }),
      ),
      tool("swarm_board_read", "Reads the board that all members share.", {}, () =>
        answer({ type: "board_read", payload: {} }),
      ),
      tool(
        "swarm_board_write",
        "Writes an entry of the shared board, in place of what stood under this key. An empty value removes it.",
        { key: z.string(), value: z.string() },
        (payload) => answer({ type: "board_write", payload }),
      ),
    ],
  });
}
