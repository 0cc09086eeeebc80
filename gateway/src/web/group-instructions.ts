/** A group's own `CLAUDE.md`, read and written through its workspace, where its agent writes as well. */
import type { Instructions } from "@praktor/protocol/instructions";
import { instructionsVersion, requireVersion } from "../groups/instructions-version.ts";
import { PraktorError } from "../kit/praktor-error.ts";
import type { WebWorkspace } from "./ports.ts";

const path = "CLAUDE.md";
/** Instructions are read in each session; whatever is larger is no text for people to edit. */
const maxBytes = 1024 * 1024;

/** A group without the file has an empty text. Rejects as the workspace does, and with `too_large`. */
export async function readInstructions(
  workspace: WebWorkspace,
  groupId: string,
  signal: AbortSignal,
): Promise<Instructions> {
  const text = await textOf(workspace, groupId, signal);
  return { text: text ?? "", version: instructionsVersion(text) };
}

interface WrittenInstructions extends Instructions {
  /** What of the text is to be stored in place of the one that is there. */
  kept: (sent: string, stored: string) => string;
}

/**
 * Rejects with `conflict` when the file is no longer of that version. Between the look and the write the agent may still write:
 * a moment, since the workspace cannot compare by itself.
 */
export async function writeInstructions(
  workspace: WebWorkspace,
  groupId: string,
  { text: sent, version, kept }: WrittenInstructions,
  signal: AbortSignal,
): Promise<Instructions> {
  const stored = await textOf(workspace, groupId, signal);
  requireVersion(stored, version);
  const text = kept(sent, stored ?? "");
  await workspace.write(groupId, path, new Blob([text]).stream(), signal);
  return { text, version: instructionsVersion(text) };
}

async function textOf(workspace: WebWorkspace, groupId: string, signal: AbortSignal): Promise<string | null> {
  const found = await workspace.read(groupId, path, signal).catch((error: unknown) => {
    if (error instanceof PraktorError && error.code === "not_found") return null;
    throw error;
  });
  if (!found) return null;
  if (found.entry.sizeBytes > maxBytes) {
    await found.stream.cancel();
    throw new PraktorError("too_large", "This group's CLAUDE.md is larger than 1 MB and cannot be edited here.");
  }
  return await new Response(found.stream).text();
}
