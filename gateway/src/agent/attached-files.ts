/** Files that came with a message, as its metadata notes them. */
import type { InputFile } from "@praktor/protocol/agent-input";
import { z } from "zod";
import type { Message } from "../store/rows.ts";

/** A file with an id of its channel is still to be fetched from there; any other lies in the workspace already. */
const Noted = z.object({ path: z.string(), name: z.string(), telegramFileId: z.string().optional() });

/** For files that lie in the workspace already, by their paths. */
export function attached(paths: readonly string[]): Record<string, unknown> {
  return { files: paths.map((path) => ({ path, name: path.slice(path.lastIndexOf("/") + 1) })) };
}

/** All that are noted, wherever they are now; nothing where the note cannot be read. */
export function notedFiles({ metadata }: Pick<Message, "metadata">): z.infer<typeof Noted>[] {
  return z.array(Noted).safeParse(metadata["files"]).data ?? [];
}

/** Those that need not be fetched. */
export function filesInPlace(messages: readonly Message[]): InputFile[] {
  return messages
    .flatMap(notedFiles)
    .filter(({ telegramFileId }) => telegramFileId === undefined)
    .map(({ path, name }) => ({ path, name }));
}
