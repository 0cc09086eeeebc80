// What a conversation is about, without what Claude Code adds to it: who said what, what is still to be answered.

import { type ContentBlock, type MessageRequest, type RequestMessage, blocksOf, textOf } from "./message-request.ts";

export interface ToolOutcome {
  readonly name: string;
  readonly input: unknown;
  readonly output: string;
  readonly isError: boolean;
}

export interface Conversation {
  /** Everything that the person has said, oldest first; several texts of one message are several entries. */
  readonly said: readonly string[];
  /** What was said since the last complete answer. */
  readonly open: readonly string[];
  /** The tool calls since then whose results have come, in order. */
  readonly outcomes: readonly ToolOutcome[];
  /** The assistant's complete answers, oldest first. */
  readonly answers: readonly string[];
  readonly toolNames: readonly string[];
  /** The system prompt and the system messages in between. */
  readonly systemText: string;
}

/** Pure; reads only what is in the request, so what it remembers is what the session really holds. */
export function readConversation(request: MessageRequest): Conversation {
  const said: string[] = [];
  const answers: string[] = [];
  let open: string[] = [];
  let outcomes: ToolOutcome[] = [];
  const calls = new Map<string, ContentBlock>();

  const hear = (text: string): void => {
    said.push(text);
    // Repeated under a note, as after a crash: one message, though it stands there twice.
    open = [...open.filter((earlier) => !text.endsWith(`\n\n${earlier}`)), text];
  };

  for (const message of request.messages) {
    const blocks = blocksOf(message.content);
    if (message.role === "assistant") {
      const uses = blocks.filter((block) => block.type === "tool_use");
      for (const use of uses) if (use.id !== undefined) calls.set(use.id, use);
      const text = textOf(message.content).trim();
      if (uses.length > 0 || text === "" || isSynthetic(text)) continue;
      answers.push(text);
      open = [];
      outcomes = [];
      continue;
    }
    for (const block of blocks) {
      if (block.type === "tool_result") {
        const call = calls.get(block.tool_use_id ?? "");
        const outcome = call && outcomeOf(call, block);
        if (outcome && !cutOffCall.test(outcome.output)) outcomes.push(outcome);
      } else if (block.type === "text" && block.text !== undefined) {
        for (const text of queuedTexts(block.text)) hear(text);
        if (message.role === "system") continue;
        if (interruption.test(block.text)) {
          open = [];
          outcomes = [];
        } else if (isOwnText(block.text)) {
          hear(withoutReminders(block.text));
        }
      }
    }
  }
  return {
    said,
    open,
    outcomes,
    answers,
    toolNames: (request.tools ?? []).map(({ name }) => name),
    systemText: [textOf(request.system), ...systemMessages(request.messages)].join("\n"),
  };
}

/** The working directory that Claude Code names in its environment section. */
export function workingDirectory({ systemText }: Conversation): string | undefined {
  return /working directory: (\S.*)$/im.exec(systemText)?.[1]?.trim();
}

// What a person writes while a turn runs reaches the model inside a system message or a reminder of this form.
const queuedMessage =
  /The user sent a new message while you were working:\n([\s\S]*?)(?=\n\n(?:This is how Claude Code|IMPORTANT:)|\n?<\/system-reminder>|$)/g;
const reminder = /<system-reminder>[\s\S]*?<\/system-reminder>/g;
const interruption = /^\s*\[Request interrupted by user(?: for tool use)?\]\s*$/;
// The result that a resumed session gives a call whose own result was lost: the call is to be made again.
const cutOffCall = /^\[Tool call interrupted: the session ended/;
// Texts that Claude Code writes in the person's name.
const harnessText = /^(?:Tool loaded\.(?:\n\[id:[^\]\n]+\])*|Continue from where you left off\.[^\n]*)$/;

function queuedTexts(text: string): string[] {
  return [...text.matchAll(queuedMessage)].map((match) => match[1]?.trim() ?? "").filter((queued) => queued !== "");
}

function withoutReminders(text: string): string {
  return text.replaceAll(reminder, "").replaceAll(queuedMessage, "").trim();
}

function isOwnText(text: string): boolean {
  const own = withoutReminders(text);
  return own !== "" && !harnessText.test(own);
}

/** Claude Code writes these in the assistant's name; nobody has been answered by them. */
function isSynthetic(text: string): boolean {
  return text === "No response requested." || text.startsWith("API Error:");
}

function outcomeOf(call: ContentBlock, result: ContentBlock): ToolOutcome {
  return {
    name: call.name ?? "",
    input: call["input"],
    output: resultText(result.content),
    isError: result.is_error === true,
  };
}

function resultText(content: unknown): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content
    .map((block: unknown) => {
      if (typeof block !== "object" || block === null) return "";
      if ("text" in block && typeof block.text === "string") return block.text;
      return "type" in block && typeof block.type === "string" ? `(${block.type})` : "";
    })
    .join("\n");
}

function systemMessages(messages: readonly RequestMessage[]): string[] {
  return messages.filter(({ role }) => role === "system").map(({ content }) => textOf(content));
}
