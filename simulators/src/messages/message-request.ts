// The body of a Messages API request, as far as the simulator reads it.

import * as z from "zod";

const contentBlock = z.looseObject({
  type: z.string(),
  /** Of a text block. */
  text: z.string().optional(),
  /** Of a tool_use block. */
  id: z.string().optional(),
  name: z.string().optional(),
  /** Of a tool_result block. */
  tool_use_id: z.string().optional(),
  is_error: z.boolean().nullish(),
  content: z.unknown().optional(),
});

const content = z.union([z.string(), z.array(contentBlock)]);

/** Claude Code also sends messages of the role `system` between the others. */
const message = z.looseObject({ role: z.enum(["user", "assistant", "system"]), content });

export const messageRequest = z.looseObject({
  model: z.string(),
  max_tokens: z.int().min(1).default(1024),
  messages: z.array(message).min(1),
  system: content.optional(),
  tools: z.array(z.looseObject({ name: z.string() })).optional(),
  stream: z.boolean().optional(),
});

export type MessageRequest = z.infer<typeof messageRequest>;
export type RequestMessage = z.infer<typeof message>;
export type ContentBlock = z.infer<typeof contentBlock>;
export type Content = z.infer<typeof content>;

export function blocksOf(content: Content | undefined): ContentBlock[] {
  if (content === undefined) return [];
  return typeof content === "string" ? [{ type: "text", text: content }] : content;
}

/** The text blocks, one after the other. */
export function textOf(content: Content | undefined): string {
  return blocksOf(content)
    .flatMap((block) => (block.type === "text" && block.text !== undefined ? [block.text] : []))
    .join("\n");
}

/**
 * What the real API refuses about the order of messages, or undefined: the first is not the user's, or a tool_use has
 * no tool_result in the message after it.
 */
export function orderProblem({ messages }: MessageRequest): string | undefined {
  const talk = messages.filter(({ role }) => role !== "system");
  if (talk[0]?.role !== "user") return 'messages: first message must use the "user" role';
  for (const [index, { role, content }] of talk.entries()) {
    if (role !== "assistant") continue;
    const used = blocksOf(content).flatMap((block) => (block.type === "tool_use" && block.id ? [block.id] : []));
    const results = new Set(blocksOf(talk[index + 1]?.content).map((block) => block.tool_use_id));
    const missing = used.filter((id) => !results.has(id));
    if (missing.length > 0) {
      return `messages.${index}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(", ")}`;
    }
  }
  return undefined;
}
