/** Brings the files of messages from Telegram into the workspace, and speech to text. */
import type { InputFile } from "@praktor/protocol/agent-input";
import { deadline } from "../kit/deadline.ts";
import type { Logger } from "../kit/logger.ts";
import { errorMessage } from "../kit/praktor-error.ts";
import type { Message } from "../store/rows.ts";
import { filesOf, type IncomingFile } from "./incoming-files.ts";
import type { Transcriber } from "./transcriber.ts";

/** Writes one file into a group's workspace. */
export type SaveFile = (
  groupId: string,
  path: string,
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal,
) => Promise<unknown>;

export interface FetchFilesOptions {
  download: (telegramFileId: string, signal: AbortSignal) => Promise<ReadableStream<Uint8Array>>;
  save: SaveFile;
  transcriber: Transcriber | undefined;
  logger: Logger;
}

const timeoutMs = 120_000;

/** Never rejects: `note` tells the agent what was said and what could not be had; null when there is nothing to tell. */
export async function fetchFiles(
  messages: readonly Message[],
  options: FetchFilesOptions,
  signal: AbortSignal,
): Promise<{ files: InputFile[]; note: string | null }> {
  const files: InputFile[] = [];
  const notes: string[] = [];
  for (const message of messages) {
    for (const file of filesOf(message)) {
      const { path, name, mimeType } = file;
      try {
        const heard = await bring(message.groupId, file, options, deadline(signal, timeoutMs));
        if (heard !== null) notes.push(heard);
        files.push({ path, name, ...(mimeType === undefined ? {} : { mimeType }) });
      } catch (error) {
        const fields = { groupId: message.groupId, path, error: errorMessage(error) };
        options.logger.error(fields, "a file that was sent could not be fetched");
        notes.push(`[The file ${path} could not be received.]`);
      }
    }
  }
  return { files, note: notes.length === 0 ? null : notes.join("\n") };
}

/** What the agent is told of speech; null for other files. */
async function bring(
  groupId: string,
  file: IncomingFile,
  { download, save, transcriber, logger }: FetchFilesOptions,
  signal: AbortSignal,
): Promise<string | null> {
  const stream = await download(file.telegramFileId, signal);
  if (!file.speech) {
    await save(groupId, file.path, stream, signal);
    return null;
  }
  if (!transcriber) {
    await save(groupId, file.path, stream, signal);
    return `[Nobody has listened to ${file.path}: no speech endpoint is configured, which the person was told.]`;
  }
  // Read once and used twice; Telegram hands out 20 MB at most.
  const bytes = new Uint8Array(await new Response(stream).arrayBuffer());
  await save(groupId, file.path, new Blob([bytes]).stream(), signal);
  try {
    const mimeType = file.mimeType ?? (file.name.endsWith(".mp4") ? "video/mp4" : "audio/ogg");
    const text = await transcriber.transcribe({ bytes, name: file.name, mimeType }, signal);
    return text === "" ? `[In ${file.path} nothing is said.]` : `[What is said in ${file.path}:]\n${text}`;
  } catch (error) {
    logger.error({ groupId, path: file.path, error: errorMessage(error) }, "speech could not be turned into text");
    // What an endpoint writes into its errors is for the owner's log; nobody should instruct the agent through it.
    return `[What is said in ${file.path} could not be turned into text.]`;
  }
}
