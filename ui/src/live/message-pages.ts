/** History in the query cache: newest page first, oldest message first within a page. Each message once, by its id. */
import type { MessageApproval } from "@praktor/protocol/approvals";
import type { MessageView } from "@praktor/protocol/rest";
import { endsHistory, type MessagePages } from "../api/queries.ts";

/** All loaded messages, oldest first, each once. */
export const flatten = (pages: Pick<MessagePages, "pages"> | undefined): MessageView[] => {
  const byId = new Map<number, MessageView>();
  for (const page of pages?.pages ?? []) for (const message of page) byId.set(message.id, message);
  return [...byId.values()].sort((a, b) => a.id - b.id);
};

/** The pages with `message` put in, or put in place of what had its id; as they are when they do not reach to the end of history. */
export const withMessage = (pages: MessagePages, message: MessageView): MessagePages => {
  if (pages.pages.some((page) => page.some(({ id }) => id === message.id))) {
    return mapMessages(pages, (other) => (other.id === message.id ? message : other));
  }
  const [newest = [], ...older] = pages.pages;
  if (!endsHistory(newest, pages.pageParams[0] ?? {})) return pages;
  return { ...pages, pages: [[...newest, message], ...older] };
};

export interface DeliveryChange {
  messageId: number;
  state: MessageView["delivery"];
  error: string | null;
}

export const withDelivery = (pages: MessagePages, { messageId, state, error }: DeliveryChange): MessagePages =>
  mapMessages(pages, (other) =>
    other.id === messageId ? { ...other, delivery: state, delivery_error: error ?? undefined } : other,
  );

/** The question's state, at the message that asks it. */
export const withApproval = (pages: MessagePages, approval: MessageApproval): MessagePages =>
  mapMessages(pages, (other) => (other.id === approval.message_id ? { ...other, approval } : other));

const mapMessages = (pages: MessagePages, change: (message: MessageView) => MessageView): MessagePages => ({
  ...pages,
  pages: pages.pages.map((page) => page.map(change)),
});
