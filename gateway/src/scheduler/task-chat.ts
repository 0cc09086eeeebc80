/** Where a group reads what its tasks have to say. */
import type { ConversationStore } from "../store/contract/conversation-store.ts";
import type { Conversation } from "../store/rows.ts";

/** Its chat; without one its oldest topic; without that its page. */
export async function taskChat(
  conversations: Pick<ConversationStore, "list" | "ensure">,
  groupId: string,
): Promise<Conversation> {
  const known = await conversations.list(groupId);
  return (
    known.find((conversation) => conversation.kind === "chat") ??
    known.find((conversation) => conversation.kind === "topic") ??
    (await conversations.ensure({ groupId, kind: "page", address: { channel: "web" }, title: "Page" }))
  );
}
