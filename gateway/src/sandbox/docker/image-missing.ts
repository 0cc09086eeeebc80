/** What to say when the agents' image is not there. */
import type { PraktorError } from "../../kit/praktor-error.ts";
import type { SandboxErrorCode } from "../sandbox.ts";
import { sandboxError } from "../sandbox-error.ts";

export function imageMissing(image: string): PraktorError<SandboxErrorCode> {
  return sandboxError("image_missing", `The agent's image ${image} is missing on the container engine.`, {
    hint: "Build it with `make containers`, or set `agent.image` to one that is there.",
  });
}
