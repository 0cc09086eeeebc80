/** Turns a container's last state into the news of its end. */
import { withoutSignals } from "../exit-code.ts";
import type { SandboxExit } from "../sandbox.ts";
import type { FoundContainer } from "./found-container.ts";

/** `state` is undefined when the container was removed before anybody could look. */
export function containerExit(
  sandbox: { groupId: string; sandboxId: string },
  state: FoundContainer["State"] | undefined,
): SandboxExit {
  const { groupId, sandboxId } = sandbox;
  if (state === undefined) {
    const detail = "The agent's container was removed from outside.";
    return { groupId, sandboxId, exitCode: null, outOfMemory: false, detail };
  }
  const exitCode = withoutSignals(state.ExitCode);
  // The engine also remembers that a mere child of the runner was killed for memory: then the runner lived on.
  const outOfMemory = state.OOMKilled && state.ExitCode === 137;
  return { groupId, sandboxId, exitCode, outOfMemory, detail: describe(state, exitCode, outOfMemory) };
}

function describe(state: FoundContainer["State"], exitCode: number | null, outOfMemory: boolean): string {
  if (outOfMemory) return "The agent's container ran out of memory and was ended.";
  if (state.Error !== "") return `The agent's container failed: ${state.Error}.`;
  if (exitCode === null) return `The agent's container was ended by signal ${state.ExitCode - 128}.`;
  return `The agent's container ended with exit code ${exitCode}.`;
}
