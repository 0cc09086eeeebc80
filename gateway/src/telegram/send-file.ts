/** Sends a file of a workspace: images as photos, everything else as documents. */
import { type Api, InputFile } from "grammy";
import { abortableStream } from "../kit/abortable-stream.ts";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";
import { ofSaidLength } from "../kit/said-length.ts";
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

// What the workspace itself says of the file: asking again would change nothing.
const finalCodes: ReadonlySet<string> = new Set([
  "not_found",
  "not_a_file",
  "not_a_directory",
  "outside_workspace",
  "too_large",
  "denied",
  "invalid",
  "holds_secret",
]);

/**
 * Rejects with `file_unavailable` when there is nothing to send, with `file_delayed` when the workspace could not be reached or broke off
 * (Telegram then has no whole file, and nothing was sent), else as the Api does.
 */
export async function sendFile(
  api: Api,
  openFile: OpenFile | undefined,
  file: FileToSend,
  signal: AbortSignal,
): Promise<string> {
  const { body, where } = file;
  const caption = file.caption.slice(0, longestCaption).toWellFormed();
  const text = caption === "" ? {} : { caption };
  const send = async (
    method: "sendPhoto" | "sendDocument",
    { sizeBytes, stream }: { sizeBytes: number; stream: ReadableStream<Uint8Array> },
  ): Promise<string> => {
    let broken: unknown;
    const end = new AbortController();
    const length = { saidBytes: sizeBytes, mostBytes: largestFileBytes };
    const piped = abortableStream(ofSaidLength(body.name, stream, length), end.signal);
    const bytes = watched(piped, (error) => (broken = error ?? new Error("the file broke off")));
    try {
      const input = new InputFile(bytes, body.name);
      const message =
        method === "sendPhoto"
          ? await api.raw.sendPhoto({ ...where, photo: input, ...text }, signal as never)
          : await api.raw.sendDocument({ ...where, document: input, ...text }, signal as never);
      return String(message.message_id);
    } catch (error) {
      if (broken === undefined || signal.aborted) throw error;
      throw isFinal(broken) ? unavailable(body.name, broken.message) : delayed(body.name, broken);
    } finally {
      // What Telegram did not read to the end, or not at all, must not wait for a reader.
      end.abort();
    }
  };
  const opened = await open(openFile, file, signal);
  if (/\.(?:jpe?g|png|webp)$/i.test(body.name) && opened.sizeBytes <= largestPhotoBytes) {
    try {
      return await send("sendPhoto", opened);
    } catch (error) {
      const failure = callFailure(error);
      // Too wide, too narrow, or no image after all: it is still a file.
      if (failure.type !== "refused" || failure.code !== 400) throw error;
    }
    return await send("sendDocument", await open(openFile, file, signal));
  }
  return await send("sendDocument", opened);
}

/** The same bytes; says when their source fails, which a failed upload alone does not tell. */
async function* watched(
  stream: ReadableStream<Uint8Array>,
  onBroken: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    yield* stream;
  } catch (error) {
    onBroken(error);
    throw error;
  }
}

function isFinal(error: unknown): error is PraktorError {
  return error instanceof PraktorError && finalCodes.has(error.code);
}

function unavailable(name: string, reason: string): PraktorError {
  return new PraktorError("file_unavailable", `The file ${name} could not be sent: ${reason}`);
}

function delayed(name: string, cause: unknown): PraktorError {
  return new PraktorError("file_delayed", `The file ${name} could not be read: ${errorMessage(cause)}`, { cause });
}

async function open(
  openFile: OpenFile | undefined,
  { groupId, body }: FileToSend,
  signal: AbortSignal,
): Promise<{ sizeBytes: number; stream: ReadableStream<Uint8Array> }> {
  if (body.content !== undefined) {
    const blob = new Blob([body.content]);
    return { sizeBytes: blob.size, stream: blob.stream() };
  }
  if (openFile === undefined || groupId === null)
    throw unavailable(body.name, "no workspace can be reached from here.");
  const file = await openFile(groupId, body.path, signal).catch((error: unknown) => {
    if (isFinal(error)) throw unavailable(body.name, error.message);
    throw delayed(body.name, error);
  });
  if (file.sizeBytes > largestFileBytes) {
    await file.stream.cancel();
    throw unavailable(body.name, "Telegram takes files of up to 50 MB. It lies in the workspace.");
  }
  return file;
}
