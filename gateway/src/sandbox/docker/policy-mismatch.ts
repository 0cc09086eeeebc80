/** What to say when a container is not what was asked for. */
import type { PraktorError } from "../../kit/praktor-error.ts";
import { sandboxError } from "../sandbox-error.ts";

export const policyMismatch = (differences: string[]): PraktorError =>
  sandboxError(
    "policy_mismatch",
    `The container engine did not isolate the agent as asked: ${differences.join("; ")}.`,
    {
      hint: "Let the engine support these limits (cgroups of the kernel), or use another engine.",
    },
  );
