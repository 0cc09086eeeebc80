/** Begins a conversation's session anew, after asking. */
import type { ConversationView } from "@praktor/protocol/rest";
import { useMutation } from "@tanstack/react-query";
import { RotateCcw } from "lucide-react";
import { useState } from "react";
import { newSession } from "../api/endpoints.ts";
import { Button } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { toastDone, toastFailed } from "../components/toasts.tsx";
import { en } from "../text/en.ts";
import { conversationName } from "./conversation-picker.tsx";

const t = en.composer;

export const NewSession = ({ conversation }: { conversation: ConversationView }) => {
  const [asking, setAsking] = useState(false);
  const begin = useMutation({
    mutationFn: () => newSession(conversation.group_id, conversation.id),
    onSuccess: () => toastDone(t.newSessionDone),
    onError: (error) => toastFailed(t.newSessionFailed, error),
    onSettled: () => setAsking(false),
  });
  return (
    <>
      <button
        type="button"
        className="flex shrink-0 items-center gap-1 rounded text-muted hover:text-text"
        onClick={() => setAsking(true)}
      >
        <RotateCcw className="size-3" aria-hidden="true" />
        {t.newSession}
      </button>
      {asking && (
        <Dialog
          title={t.newSessionTitle}
          description={t.newSessionBody(conversationName(conversation))}
          onClose={() => setAsking(false)}
        >
          <div className="flex justify-end gap-2">
            <Button onClick={() => setAsking(false)}>{en.cancel}</Button>
            <Button variant="solid" disabled={begin.isPending} onClick={() => begin.mutate()}>
              {begin.isPending ? t.newSessionBusy : t.newSessionConfirm}
            </Button>
          </div>
        </Dialog>
      )}
    </>
  );
};
