// Replies to the requests that Claude Code makes on its own behalf: titles, topics, summaries, quota probes.

import type { Conversation } from "./conversation.ts";
import { type MessageRequest, textOf } from "./message-request.ts";
import { type Reply, answer } from "./script.ts";

/** Undefined for a request that carries the person's conversation. */
export function auxiliaryReply(request: MessageRequest, conversation: Conversation): Reply | undefined {
  const lastText = textOf(request.messages.findLast(({ role }) => role === "user")?.content);
  if (request.max_tokens === 1) return answer("ok");
  if (/^(?:CRITICAL[\s\S]{0,400})?Your task is to create a detailed summary/m.test(lastText)) {
    return answer(`<analysis>All of it matters.</analysis>\n<summary>\n${summaryOf(conversation)}\n</summary>`);
  }
  if (conversation.toolNames.length > 0) return undefined;
  const wantsJson = "output_config" in request && JSON.stringify(request["output_config"]).includes("json_schema");
  if (wantsJson && /\b(?:title|topic|branch|naming a coding session)\b/i.test(conversation.systemText)) {
    return answer(JSON.stringify({ title: "Simulated conversation", isNewTopic: false, branch: "claude/simulated" }));
  }
  if (/\b(?:conversation title|session title|new conversation topic|concise title)\b/i.test(conversation.systemText)) {
    return answer("Simulated conversation");
  }
  return undefined;
}

function summaryOf({ said }: Conversation): string {
  return said
    .slice(0, -1)
    .map((text) => `- The user said: ${text}`)
    .join("\n");
}
