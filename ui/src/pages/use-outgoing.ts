/** Messages on their way from this page: each is shown until history has it, and may be sent again when it failed. */
import type { MessageView } from "@praktor/protocol/rest";
import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { postMessage } from "../api/endpoints.ts";
import { messagesQuery, turnsQuery } from "../api/queries.ts";
import { toastFailed } from "../components/toasts.tsx";
import { useSocketState } from "../live/live-context.tsx";
import { en } from "../text/en.ts";

export interface OutgoingMessage {
  /** The idempotency key: sending again with it never makes a second message. */
  key: string;
  text: string;
  files: readonly OutgoingFile[];
  state: "sending" | "accepted" | "failed";
  error: unknown;
  messageId: number | null;
}

/** It lies in the workspace already. */
export interface OutgoingFile {
  path: string;
  name: string;
}

export interface OutgoingMessages {
  items: readonly OutgoingMessage[];
  send: (text: string, files: readonly OutgoingFile[]) => void;
  retry: (item: OutgoingMessage) => void;
  discard: (item: OutgoingMessage) => void;
}

export const useOutgoing = (
  groupId: string,
  conversationId: string | null,
  messages: readonly MessageView[],
): OutgoingMessages => {
  const client = useQueryClient();
  const socket = useSocketState();
  const here = useRef(true);
  useEffect(() => {
    here.current = true;
    return () => {
      here.current = false;
    };
  }, []);
  const [items, setItems] = useState<readonly OutgoingMessage[]>([]);

  const change = (key: string, next: Partial<OutgoingMessage>): void =>
    setItems((all) => all.map((item) => (item.key === key ? { ...item, ...next } : item)));

  const post = async ({ key, text, files }: Pick<OutgoingMessage, "key" | "text" | "files">): Promise<void> => {
    try {
      const body = {
        text,
        ...(conversationId === null ? {} : { conversation_id: conversationId }),
        ...(files.length === 0 ? {} : { files: files.map(({ path }) => path) }),
      };
      const accepted = await postMessage(groupId, body, key);
      change(key, { state: "accepted", messageId: accepted.message_id });
      // No event will tell while the socket is away.
      if (socket === "open") return;
      await client.invalidateQueries({ queryKey: messagesQuery(groupId, conversationId).queryKey });
      await client.invalidateQueries({ queryKey: turnsQuery(groupId).queryKey });
    } catch (error) {
      change(key, { state: "failed", error });
      // The message itself says so; but not to one who has gone on to another page.
      if (!here.current) toastFailed(en.composer.failed, error);
    }
  };

  const ids = new Set(messages.map(({ id }) => id));
  return {
    items: items.filter(({ messageId }) => messageId === null || !ids.has(messageId)),
    send: (text, files) => {
      const key = crypto.randomUUID();
      setItems((all) => [...all, { key, text, files, state: "sending", error: null, messageId: null }]);
      void post({ key, text, files });
    },
    retry: (item) => {
      change(item.key, { state: "sending", error: null });
      void post(item);
    },
    discard: ({ key }) => setItems((all) => all.filter((item) => item.key !== key)),
  };
};
