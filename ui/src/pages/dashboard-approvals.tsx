/** What agents wait for a yes or no of: answered here as well as in the conversation and in Telegram. */
import type { GroupView } from "@praktor/protocol/rest";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { approvalsQuery } from "../api/queries.ts";
import { Badge } from "../components/badge.tsx";
import { Card } from "../components/card.tsx";
import { Question } from "../components/question.tsx";
import { Stale } from "../components/states.tsx";
import { toastDone } from "../components/toasts.tsx";
import { en } from "../text/en.ts";

const t = en.approvals;

export const ApprovalsCard = ({ groups }: { groups: readonly GroupView[] }) => {
  const { data, error, refetch } = useQuery(approvalsQuery);
  if (error !== null) return <Stale what={t.what} error={error} onRetry={() => void refetch()} />;
  if (data === undefined || data.length === 0) return null;
  const names = new Map(groups.map((group) => [group.id, group.name]));
  return (
    <Card title={t.title} aside={<Badge tone="warn">{data.length}</Badge>}>
      <ul className="divide-y">
        {data.map((approval) => (
          <li key={approval.id} className="space-y-2 px-4 py-3">
            <Link
              to="/conversations/$groupId"
              params={{ groupId: approval.group_id }}
              search={{ conversation: approval.conversation_id, message: approval.message_id }}
              className="rounded text-[13px] font-medium text-accent hover:underline"
            >
              {names.get(approval.group_id) ?? approval.group_id}
            </Link>
            <Question
              approval={approval}
              text={approval.question}
              onAnswered={(choice) => toastDone(t.answered(choice))}
            />
          </li>
        ))}
      </ul>
    </Card>
  );
};
