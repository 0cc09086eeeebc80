/** A group's threads of talk, each a way into it. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { ChevronRight } from "lucide-react";
import { conversationsQuery } from "../api/queries.ts";
import { Card } from "../components/card.tsx";
import { QueryView } from "../components/query-view.tsx";
import { LoadingRows } from "../components/states.tsx";
import { en } from "../text/en.ts";
import { conversationName } from "./conversation-picker.tsx";

const t = en.group;

export const GroupConversations = ({ groupId }: { groupId: string }) => {
  const conversations = useQuery(conversationsQuery(groupId));
  return (
    <Card title={t.conversations}>
      <QueryView query={conversations} what={t.conversationsWhat} loading={<LoadingRows rows={2} />}>
        {(all) =>
          all.length === 0 ? (
            <p className="p-4 text-muted">{t.noConversations}</p>
          ) : (
            <ul className="divide-y">
              {all.map((conversation) => (
                <li key={conversation.id}>
                  <Link
                    to="/conversations/$groupId"
                    params={{ groupId }}
                    search={{ conversation: conversation.id }}
                    className="flex items-center gap-3 px-4 py-2.5 -outline-offset-2 hover:bg-raised"
                  >
                    <span className="min-w-0 flex-1 truncate">{conversationName(conversation)}</span>
                    <span className="text-xs text-muted">{en.conversations.kind[conversation.kind]}</span>
                    <ChevronRight className="size-4 shrink-0 text-muted" aria-hidden="true" />
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      </QueryView>
    </Card>
  );
};
