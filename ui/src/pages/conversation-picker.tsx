/** Chooses one of a group's conversations, or all of them. */
import type { ConversationView } from "@praktor/protocol/rest";
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

export const ConversationPicker = ({ conversations, chosenId, onChoose }: ConversationPickerProps) => (
  <select
    aria-label={t.picker}
    value={chosenId ?? ""}
    onChange={({ target }) => onChoose(target.value === "" ? null : target.value)}
    className="h-9 max-w-40 min-w-0 truncate rounded-lg border bg-panel px-2.5 text-[13px] md:max-w-56"
  >
    <option value="">{t.all}</option>
    {conversations.map((conversation) => (
      <option key={conversation.id} value={conversation.id}>
        {`${t.kind[conversation.kind]}: ${conversationName(conversation)}`}
      </option>
    ))}
  </select>
);
