/** Open questions of the group that what is shown of its history does not hold: of another conversation, or of a later time. */
import type { ConversationView, MessageView } from "@praktor/protocol/rest";
import { useQuery } from "@tanstack/react-query";
import { ShieldQuestionMark } from "lucide-react";
import { approvalsQuery } from "../api/queries.ts";
import { Question } from "../components/question.tsx";
import { toastDone } from "../components/toasts.tsx";
import { en } from "../text/en.ts";
import { conversationName } from "./conversation-picker.tsx";

export interface QuestionsElsewhereProps {
  groupId: string;
  /** What is shown. */
  messages: readonly MessageView[];
  conversations: readonly ConversationView[];
}

export const QuestionsElsewhere = ({ groupId, messages, conversations }: QuestionsElsewhereProps) => {
  const { data = [] } = useQuery(approvalsQuery);
  const shown = new Set(messages.map(({ id }) => id));
  const missing = data.filter((approval) => approval.group_id === groupId && !shown.has(approval.message_id));
  if (missing.length === 0) return null;
  return (
    <ul className="max-h-[40dvh] divide-y overflow-y-auto rounded-xl border border-warn/50 bg-panel text-[13px]">
      {missing.map((approval) => {
        const conversation = conversations.find(({ id }) => id === approval.conversation_id);
        return (
          <li key={approval.id} className="flex gap-2.5 px-3.5 py-2.5">
            <ShieldQuestionMark className="mt-0.5 size-4 shrink-0 text-warn" aria-hidden="true" />
            <div className="min-w-0 flex-1 space-y-1">
              {conversation !== undefined && <p className="text-xs text-muted">{conversationName(conversation)}</p>}
              <Question
                approval={approval}
                text={approval.question}
                onAnswered={(choice) => toastDone(en.approvals.answered(choice))}
              />
            </div>
          </li>
        );
      })}
    </ul>
  );
};
