/** Sends a file of a workspace: images as photos, everything else as documents. */
import { type Api, InputFile } from "grammy";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";
import type { OutboxBody } from "../store/rows.ts";
import { callFailure } from "./call-outcome.ts";

type FileBody = Extract<OutboxBody, { type: "file" }>;

/** Opens a file of a group's workspace for reading. */
export type OpenFile = (
  groupId: string,
  path: string,
  signal: AbortSignal,
) => Promise<{ sizeBytes: number; stream: ReadableStream<Uint8Array> }>;

export interface FileToSend {
  groupId: string | null;
  body: FileBody;
  /** `chat_id` and, in a topic, `message_thread_id`. */
  where: { chat_id: string; message_thread_id?: number };
  caption: string;
}

// https://core.telegram.org/bots/api#sending-files
const largestPhotoBytes = 10_000_000;
const largestFileBytes = 50_000_000;
const longestCaption = 1_024;

/** Rejects with `file_unavailable` when there is nothing to send, else as the Api does. */
export async function sendFile(
  api: Api,
  openFile: OpenFile | undefined,
  file: FileToSend,
  signal: AbortSignal,
): Promise<string> {
  const { body, where } = file;
  const caption = file.caption.slice(0, longestCaption).toWellFormed();
  const text = caption === "" ? {} : { caption };
  const { sizeBytes, stream } = await open(openFile, file, signal);
  if (/\.(?:jpe?g|png|webp)$/i.test(body.name) && sizeBytes <= largestPhotoBytes) {
    try {
      const photo = new InputFile(stream, body.name);
      const message = await api.raw.sendPhoto({ ...where, photo, ...text }, signal as never);
      return String(message.message_id);
    } catch (error) {
      const failure = callFailure(error);
      // Too wide, too narrow, or no image after all: it is still a file.
      if (failure.type !== "refused" || failure.code !== 400) throw error;
    }
    const again = await open(openFile, file, signal);
    return await sendDocument(api, { ...where, document: new InputFile(again.stream, body.name), ...text }, signal);
  }
  return await sendDocument(api, { ...where, document: new InputFile(stream, body.name), ...text }, signal);
}

async function sendDocument(
  api: Api,
  payload: Parameters<Api["raw"]["sendDocument"]>[0],
  signal: AbortSignal,
): Promise<string> {
  const message = await api.raw.sendDocument(payload, signal as never);
  return String(message.message_id);
}

async function open(
  openFile: OpenFile | undefined,
  { groupId, body }: FileToSend,
  signal: AbortSignal,
): Promise<{ sizeBytes: number; stream: ReadableStream<Uint8Array> }> {
  const unavailable = (reason: string): PraktorError =>
    new PraktorError("file_unavailable", `The file ${body.name} could not be sent: ${reason}`);
  if (body.content !== undefined) {
    const blob = new Blob([body.content]);
    return { sizeBytes: blob.size, stream: blob.stream() };
  }
  if (openFile === undefined || groupId === null) throw unavailable("no workspace can be reached from here.");
  const file = await openFile(groupId, body.path, signal).catch((error: unknown) => {
    throw unavailable(errorMessage(error));
  });
  if (file.sizeBytes > largestFileBytes) {
    await file.stream.cancel();
    throw unavailable("Telegram takes files of up to 50 MB. It lies in the workspace.");
  }
  return file;
}
