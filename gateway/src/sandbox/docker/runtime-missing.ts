/** What to say when the engine does not know the OCI runtime that `sandbox.runtime` names. */
import type { PraktorError } from "../../kit/praktor-error.ts";
import type { SandboxErrorCode } from "../sandbox.ts";
import { sandboxError } from "../sandbox-error.ts";

export function runtimeMissing(runtime: string, cause?: unknown): PraktorError<SandboxErrorCode> {
  return sandboxError("start_failed", `The container engine knows no runtime named ${runtime}.`, {
    hint: "Register it under `runtimes` in the engine's daemon.json and reload the engine, or leave `sandbox.runtime` out.",
    cause,
  });
}

/** "Unknown runtime specified runsc", since engine 23 "unknown or invalid runtime name: runsc". */
export const saysRuntimeMissing = (message: string): boolean => /unknown (?:or invalid )?runtime/i.test(message);
