/** Writes to the group: says where the message goes before it is sent. */
import type { ConversationView, GroupView } from "@praktor/protocol/rest";
import { ArrowUp } from "lucide-react";
import { type KeyboardEvent, useId, useState } from "react";
import { Button } from "../components/button.tsx";
import { en } from "../text/en.ts";
import { conversationName } from "./conversation-picker.tsx";

const t = en.composer;
/** The API's limit. */
const MOST_CHARACTERS = 1_000_000;

export interface ComposerProps {
  group: GroupView;
  /** `null` writes to the page's own conversation. */
  chosen: ConversationView | null;
  onSend: (text: string) => void;
}

export const Composer = ({ group, chosen, onSend }: ComposerProps) => {
  const [text, setText] = useState("");
  const hintId = useId();
  const send = (): void => {
    if (text.trim() === "") return;
    onSend(text.trim());
    setText("");
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // On a touch screen Enter is the only way to a new line; and an input method uses it to confirm.
    const confirms = event.nativeEvent.isComposing || matchMedia("(pointer: coarse)").matches;
    if (event.key !== "Enter" || event.shiftKey || confirms) return;
    event.preventDefault();
    send();
  };
  return (
    <form
      className="@container"
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <div className="flex items-end gap-2 rounded-xl border border-line-strong/60 bg-panel p-1.5 focus-within:border-accent">
        <textarea
          value={text}
          rows={1}
          maxLength={MOST_CHARACTERS}
          aria-label={t.label(group.name)}
          aria-describedby={hintId}
          placeholder={t.placeholder(group.name)}
          onChange={({ target }) => setText(target.value)}
          onKeyDown={onKeyDown}
          className="field-sizing-content max-h-48 min-h-9 min-w-0 flex-1 resize-none bg-transparent px-2 py-2 leading-5 outline-none placeholder:text-muted max-md:text-base"
        />
        <Button variant="solid" size="icon" type="submit" aria-label={t.send} disabled={text.trim() === ""}>
          <ArrowUp aria-hidden="true" />
        </Button>
      </div>
      <p id={hintId} className="mt-1.5 flex justify-between gap-4 px-1 text-xs text-muted">
        <span className="truncate">{destination(chosen)}</span>
        <span className="hidden shrink-0 @xl:inline">{t.hint}</span>
      </p>
    </form>
  );
};

const destination = (chosen: ConversationView | null): string => {
  if (chosen === null || chosen.kind === "page") return t.toPage;
  return chosen.channel === "telegram"
    ? t.toTelegram(conversationName(chosen))
    : t.toConversation(conversationName(chosen));
};
