/** Where words of a turn are said: a conversation that nobody reads (a task's run) speaks in the group's chat. */
import { PraktorError } from "../kit/praktor-error.ts";
import type { ConversationStore } from "../store/contract/conversation-store.ts";
import type { GroupStore } from "../store/contract/group-store.ts";
import type { Conversation } from "../store/rows.ts";

/** Rejects with `gone` when the group has no such conversation. */
export async function speakingPlace(
  {
    conversations,
    groups,
  }: { conversations: Pick<ConversationStore, "get" | "list">; groups: Pick<GroupStore, "get"> },
  groupId: string,
  conversationId: string,
): Promise<Conversation> {
  const conversation = await conversations.get(conversationId);
  if (!conversation || conversation.groupId !== groupId) throw new PraktorError("gone", "The conversation is gone.");
  if (conversation.address.channel !== "none") return conversation;
  // A sandbox of a task's own belongs to a group that people know.
  const group = await groups.get(groupId);
  const others = await conversations.list(group?.parentId ?? groupId);
  return others.find(({ kind }) => kind === "chat") ?? others.find(({ kind }) => kind === "page") ?? conversation;
}
