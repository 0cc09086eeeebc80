/** What of a task its group's people decide and an agent does not: what runs without a question, and with which rights. */
import { matchesTool } from "@praktor/protocol/tool-patterns";
import { PraktorError } from "../kit/praktor-error.ts";

interface Wish {
  pre_check?: string | null | undefined;
  own_sandbox?: boolean | undefined;
  may_manage_tasks?: boolean | undefined;
}

export interface WishInto {
  /** The asking agent's own group, or another one. */
  own: boolean;
  /** Patterns of the tools that the task's group asks people about. */
  approvalTools: readonly string[];
}

const powers = ["pre_check", "own_sandbox", "may_manage_tasks"] as const;

/** Throws `denied` where an agent wishes for more than it may: with a pre-check it would have a shell that nobody was asked about. */
export function refusePowers(wish: Wish, { own, approvalTools }: WishInto): void {
  const wanted = powers.filter((field) => wish[field] !== undefined);
  if (!own && wanted.length > 0) {
    throw new PraktorError("denied", `An agent may not set ${wanted.join(", ")} of another group's task.`, {
      hint: "Leave it out; a person can set it on the page.",
    });
  }
  if (typeof wish.pre_check === "string" && matchesTool(approvalTools, "Bash", { command: wish.pre_check })) {
    throw new PraktorError(
      "denied",
      "This group's people are asked before this command is run, and a pre-check runs unasked.",
      {
        hint: "Leave pre_check out; a person can set it on the page.",
      },
    );
  }
}
