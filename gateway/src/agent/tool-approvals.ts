/** Asks people before an agent uses a tool that its group's rules name, and tells the sandbox how that stands. */
import { ToolApprovalReply, ToolApprovalRequest } from "@praktor/protocol/approvals";
import { matchesTool } from "@praktor/protocol/tool-patterns";
import { z } from "zod";
import { escapeMarkdown } from "../kit/escape-markdown.ts";
import type { Logger } from "../kit/logger.ts";
import { errorMessage } from "../kit/praktor-error.ts";
import type { Approvals } from "./approvals.ts";
import type { Redactor } from "../vault/redactor.ts";
import type { RunningTurns } from "./running-turns.ts";
import { shownInput } from "./shown-input.ts";

export interface ToolApprovalsOptions {
  approvals: Pick<Approvals, "askPerson">;
  /** Patterns of the tools that the group asks about. */
  rules: (groupId: string) => Promise<string[]>;
  running: RunningTurns;
  logger: Logger;
  patienceMs: number;
  /** Takes known secrets out of what people are shown. The rules judge the use as it is, or their verdict would tell the secrets. */
  redactor: Pick<Redactor, "redact" | "redactCut">;
}

const choices = [
  { id: "allow", label: "✅ Allow" },
  { id: "deny", label: "⛔ Deny" },
] as const;
/** Of a shell: what is not here changes what the command does. */
const Command = z.strictObject({
  command: z.string(),
  description: z.unknown().optional(),
  timeout: z.unknown().optional(),
  run_in_background: z.unknown().optional(),
});

export class ToolApprovals {
  readonly #options: ToolApprovalsOptions;

  constructor(options: ToolApprovalsOptions) {
    this.#options = options;
  }

  /**
   * At once: the sandbox asks again while it is `open`. `groupId` is the subject's, which the credential proves. Null when the
   * request is not about this. Never rejects.
   */
  async answer(groupId: string, data: unknown): Promise<ToolApprovalReply | null> {
    const request = ToolApprovalRequest.safeParse(data);
    if (!request.success) return null;
    try {
      return await this.#stand(groupId, request.data.payload);
    } catch (error) {
      this.#options.logger.warn(
        { group: groupId, error: errorMessage(error) },
        "people could not be asked about a tool",
      );
      return { status: "denied", message: `People could not be asked: ${errorMessage(error)}` };
    }
  }

  async #stand(groupId: string, asked: ToolApprovalRequest["payload"]): Promise<ToolApprovalReply> {
    const { approvals, rules, running, patienceMs } = this.#options;
    const { tool, toolUseId, turnId } = asked;
    if (!matchesTool(await rules(groupId), tool, parsed(asked))) return { status: "allowed" };
    const turn = running.get(turnId)?.turn;
    if (turn?.groupId !== groupId) return { status: "denied", message: "This turn is over." };
    const approval = await approvals.askPerson({
      groupId,
      conversationId: turn.conversationId,
      turnId,
      key: `tool:${turnId}:${turn.attempt}:${toolUseId}`,
      question: questionAbout(asked, this.#options.redactor),
      choices,
      patienceMs,
    });
    switch (approval.state) {
      case "open":
        return { status: "open" };
      case "chosen":
        return approval.choice === "allow"
          ? { status: "allowed" }
          : { status: "denied", message: `The person refused this use of ${tool}. Do not try it in another way.` };
      case "expired":
        return {
          status: "denied",
          message: `Nobody answered whether ${tool} may be used. Say what it was needed for.`,
        };
      case "void":
        return { status: "denied", message: "This turn is over." };
      default:
        return approval.state satisfies never;
    }
  }
}

/** The command itself where nothing else counts; else the whole input. */
function questionAbout(asked: ToolApprovalRequest["payload"], redactor: ToolApprovalsOptions["redactor"]): string {
  const { tool, input, inputLength } = asked;
  const command = Command.safeParse(parsed(asked));
  // Of what was cut in its middle half a secret may stand before the cut. After it nothing is left out: the end must be seen.
  const half = Math.ceil(input.length / 2);
  const clean = command.success
    ? redactor.redact(command.data.command)
    : inputLength === undefined
      ? redactor.redact(input)
      : `${redactor.redactCut(input.slice(0, half))}…${redactor.redact(input.slice(half))}`;
  const missing = inputLength === undefined ? 0 : Math.max(1, inputLength - clean.length);
  const shown = shownInput(clean, missing);
  return `🔐 May the agent use **${escapeMarkdown(redactor.redact(tool))}**?\n\n${shown}`;
}

/** Undefined where it was cut, even where what is left can be read: then nothing is known of it. */
function parsed({ input, inputLength }: ToolApprovalRequest["payload"]): unknown {
  if (inputLength !== undefined) return undefined;
  try {
    return JSON.parse(input);
  } catch {
    return undefined;
  }
}
