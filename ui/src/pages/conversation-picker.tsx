/** Chooses one of a group's conversations, or all of them. */
import type { ConversationView } from "@praktor/protocol/rest";
import { MessagesSquare } from "lucide-react";
import { en } from "../text/en.ts";

const t = en.conversations;

/** What a conversation is called: its title, or its kind where it has none. */
export const conversationName = (conversation: ConversationView): string =>
  conversation.title.trim() === "" ? t.kind[conversation.kind] : conversation.title;

export interface ConversationPickerProps {
  conversations: readonly ConversationView[];
  chosenId: string | null;
  onChoose: (id: string | null) => void;
}

/** On a phone a button with the system's own list behind it; what is chosen then stands below the group's name. */
export const ConversationPicker = ({ conversations, chosenId, onChoose }: ConversationPickerProps) => (
  <div className="relative shrink-0 rounded-lg outline-offset-2 outline-accent max-md:size-9 max-md:border max-md:bg-panel max-md:has-focus-visible:outline-2">
    <MessagesSquare className="m-2 size-4.5 md:hidden" aria-hidden="true" />
    <select
      aria-label={t.picker}
      value={chosenId ?? ""}
      onChange={({ target }) => onChoose(target.value === "" ? null : target.value)}
      className="h-9 rounded-lg border bg-panel px-2.5 text-[13px] max-md:absolute max-md:inset-0 max-md:w-full max-md:opacity-0 md:max-w-56"
    >
      <option value="">{t.all}</option>
      {conversations.map((conversation) => (
        <option key={conversation.id} value={conversation.id}>
          {`${t.kind[conversation.kind]}: ${conversationName(conversation)}`}
        </option>
      ))}
    </select>
  </div>
);
