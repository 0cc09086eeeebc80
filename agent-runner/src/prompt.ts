/** What the agent reads of one input. */
import type { AgentInput } from "@praktor/protocol/agent-input";

const interruptedNote =
  "[Praktor: an earlier try of this turn was cut while you worked on it. Part of the work may be done already: look before you repeat anything that must not happen twice. Where the same words stand above, they are this message: answer it once.]";

export function composePrompt(input: Pick<AgentInput, "text" | "interrupted" | "files">): string {
  const parts = input.interrupted ? [interruptedNote] : [];
  // Claude Code would take a leading slash for one of its own commands: `/clear` from a chat must not wipe the session.
  parts.push(/^\s*\//.test(input.text) && parts.length === 0 ? `Message: ${input.text.trimStart()}` : input.text);
  // Most are named where they were sent.
  const unnamed = (input.files ?? []).filter((file) => !input.text.includes(file.path));
  if (unnamed.length > 0)
    parts.push(
      [
        "[Files that belong to this message, in your working directory:]",
        ...unnamed.map((file) => `- ${file.path} (${[file.name, file.mimeType].filter(Boolean).join(", ")})`),
      ].join("\n"),
    );
  return parts.join("\n\n");
}
