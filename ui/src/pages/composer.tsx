/** Writes to the group, with files: says where the message goes before it is sent. */
import { type ConversationView, type GroupView, MOST_CHARACTERS, MOST_FILES } from "@praktor/protocol/rest";
import { MOST_FILE_BYTES } from "@praktor/protocol/workspace";
import { ArrowUp, Paperclip } from "lucide-react";
import { type KeyboardEvent, useEffect, useEffectEvent, useId, useState } from "react";
import { Button } from "../components/button.tsx";
import { PickFiles } from "../components/pick-files.tsx";
import { fileSize } from "../lib/size.ts";
import { uploadPath } from "../lib/upload-name.ts";
import { en } from "../text/en.ts";
import { conversationName } from "./conversation-picker.tsx";
import { DropHint } from "./drop-hint.tsx";
import { NewSession } from "./new-session.tsx";
import { UploadList } from "./upload-list.tsx";
import { useFileDrop } from "./use-file-drop.ts";
import type { OutgoingFile } from "./use-outgoing.ts";
import { useUploads } from "./use-uploads.ts";

const t = en.composer;

export interface ComposerProps {
  group: GroupView;
  /** `null` writes to the page's own conversation. */
  chosen: ConversationView | null;
  /** The page's own conversation; `null` before its first message. */
  page: ConversationView | null;
  onSend: (text: string, files: readonly OutgoingFile[]) => void;
}

export const Composer = ({ group, chosen, page, onSend }: ComposerProps) => {
  const [text, setText] = useState("");
  const uploads = useUploads(group.id, { place: uploadPath, most: MOST_FILES });
  const drop = useFileDrop(uploads.add);
  const hintId = useId();
  const { items } = uploads;
  const isEmpty = text.trim() === "" && items.length === 0;
  const areThere = items.every(({ state }) => state === "there");
  const failed = items.some(({ state }) => state === "failed");
  // Asked for while files are on their way: it goes as soon as they are there.
  const [wanted, setWanted] = useState(false);
  const destined = chosen ?? page;
  const send = (): void => {
    if (isEmpty || failed) return;
    setWanted(!areThere);
    if (!areThere) return;
    onSend(
      text.trim(),
      items.map(({ path, name }) => ({ path, name })),
    );
    setText("");
    uploads.clear();
  };
  const sendNow = useEffectEvent(send);
  useEffect(() => {
    if (!wanted || !areThere) return undefined;
    const timer = setTimeout(() => sendNow());
    return () => clearTimeout(timer);
  }, [wanted, areThere]);
  const onKeyDown = (event: KeyboardEvent): void => {
    // On a touch screen Enter is the only way to a new line; and an input method uses it to confirm.
    const confirms = event.nativeEvent.isComposing || matchMedia("(pointer: coarse)").matches;
    if (event.key !== "Enter" || event.shiftKey || confirms) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      className="@container relative"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
      {...drop.props}
    >
      {drop.over && <DropHint>{t.dropHere}</DropHint>}
      <div className="rounded-xl border border-line-strong/60 bg-panel p-1.5 focus-within:border-accent">
        <UploadList label={t.attached} uploads={uploads} />
        <div className="flex items-end gap-1">
          <PickFiles icon={Paperclip} size="icon" label={t.attach(fileSize(MOST_FILE_BYTES))} onFiles={uploads.add} />
          <textarea
            value={text}
            rows={1}
            maxLength={MOST_CHARACTERS}
            aria-label={t.label(group.name)}
            aria-describedby={hintId}
            placeholder={t.placeholder(group.name)}
            onChange={({ target }) => setText(target.value)}
            onKeyDown={onKeyDown}
            onPaste={(event) => {
              if (event.clipboardData.files.length === 0) return;
              event.preventDefault();
              uploads.add(event.clipboardData.files);
            }}
            className="field-sizing-content max-h-48 min-h-9 min-w-0 flex-1 resize-none bg-transparent px-1 py-2 leading-5 outline-none placeholder:text-muted max-md:text-base"
          />
          <Button variant="solid" size="icon" type="submit" aria-label={t.send} disabled={isEmpty || failed || wanted}>
            <ArrowUp aria-hidden="true" />
          </Button>
        </div>
      </div>
      <div className="mt-1.5 flex justify-between gap-4 px-1 text-xs text-muted">
        <span className="flex min-w-0 gap-3">
          <span id={hintId} className="truncate">
            {wanted && !failed ? t.waitsForFiles : destination(chosen)}
          </span>
          {destined !== null && <NewSession conversation={destined} />}
        </span>
        <span className="hidden shrink-0 @xl:inline">{t.hint}</span>
      </div>
    </form>
  );
};

const destination = (chosen: ConversationView | null): string => {
  if (chosen === null || chosen.kind === "page") return t.toPage;
  return chosen.channel === "telegram"
    ? t.toTelegram(conversationName(chosen))
    : t.toConversation(conversationName(chosen));
};
