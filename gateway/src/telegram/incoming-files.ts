/** Files that people send: named and noted when the message is stored, fetched into the workspace before its turn runs. */
import { z } from "zod";
import type { Message } from "../store/rows.ts";
import type { MessageContent } from "./update-schema.ts";

/** As kept in a message's metadata under `files`. */
export const IncomingFile = z.object({
  telegramFileId: z.string(),
  /** Relative to the workspace. */
  path: z.string(),
  name: z.string(),
  mimeType: z.string().optional(),
  /** A voice message or video note: what counts is what is said in it. */
  speech: z.boolean().optional(),
});
export type IncomingFile = z.infer<typeof IncomingFile>;

/** Bots may fetch no more: https://core.telegram.org/bots/api#getfile */
const largestFileBytes = 20_000_000;

/** Null where the message carries no file, or one that Telegram does not hand to bots. */
export function incomingFile(message: MessageContent): IncomingFile | null {
  // Telegram sends a photo in several sizes, the largest last.
  const photo = message.photo?.at(-1);
  const { animation, document, audio, video, voice, video_note: videoNote } = message;
  const [file, usualName] = photo
    ? ([photo, "photo.jpg"] as const)
    : animation
      ? ([animation, "animation.mp4"] as const)
      : document
        ? ([document, "document"] as const)
        : audio
          ? ([audio, "audio.mp3"] as const)
          : video
            ? ([video, "video.mp4"] as const)
            : voice
              ? ([voice, "voice.ogg"] as const)
              : videoNote
                ? ([videoNote, "video-note.mp4"] as const)
                : ([null, ""] as const);
  if (file === null || (file.file_size ?? 0) > largestFileBytes) return null;
  const name = safeName(file.file_name ?? usualName);
  return {
    telegramFileId: file.file_id,
    // The message's id keeps files of the same name apart.
    path: `uploads/${message.message_id}-${name}`,
    name,
    ...(file.mime_type === undefined ? {} : { mimeType: file.mime_type.slice(0, 255) }),
    ...(file === voice || file === videoNote ? { speech: true } : {}),
  };
}

/** What a stored message notes of its files; nothing where the note cannot be read. */
export function filesOf(message: Pick<Message, "metadata">): IncomingFile[] {
  return z.array(IncomingFile).safeParse(message.metadata["files"]).data ?? [];
}

/** A name that is one path segment everywhere, hidden nowhere, and keeps its extension. */
export function safeName(name: string): string {
  const clean = name
    .normalize("NFC")
    .replace(/[^\p{L}\p{N}._ -]+/gu, "_")
    .replace(/\s+/g, " ")
    .replace(/^[. _-]+|[. ]+$/g, "");
  if (clean === "") return "file";
  const extension = /\.[\p{L}\p{N}]{1,10}$/u.exec(clean)?.[0] ?? "";
  return (
    clean
      .slice(0, clean.length - extension.length)
      .slice(0, 80)
      .toWellFormed() + extension
  );
}
