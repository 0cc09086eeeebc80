/** The errors of this room: the code is one that the seam promises, the message may be shown to the person. */
import { PraktorError, type PraktorErrorDetails } from "../kit/praktor-error.ts";
import type { SandboxErrorCode } from "./sandbox.ts";

export function sandboxError(
  code: SandboxErrorCode,
  message: string,
  details: PraktorErrorDetails = {},
): PraktorError<SandboxErrorCode> {
  return new PraktorError(code, message, details);
}

/** Refuses what could not be a directory or a part of a volume's name; `global` is taken by the instructions of all groups. */
export function checkFolder(folder: string): void {
  if (/^[A-Za-z0-9_-][A-Za-z0-9_.-]{0,63}$/.test(folder) && folder !== "global") return;
  throw sandboxError("start_failed", `A group's folder cannot be named ${JSON.stringify(folder)}.`, {
    hint: "Use 1 to 64 letters, digits, '_', '-' or '.', not starting with '.', and not 'global'.",
  });
}
