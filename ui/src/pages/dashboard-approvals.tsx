/** What agents wait for a yes or no of: answered here as well as in Telegram. */
import type { ApprovalView } from "@praktor/protocol/approvals";
import type { GroupView } from "@praktor/protocol/rest";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { answerApproval } from "../api/endpoints.ts";
import { approvalsQuery } from "../api/queries.ts";
import { Badge } from "../components/badge.tsx";
import { Button } from "../components/button.tsx";
import { Card } from "../components/card.tsx";
import { Prose } from "../components/prose.tsx";
import { Stale } from "../components/states.tsx";
import { toastDone, toastFailed } from "../components/toasts.tsx";
import { until } from "../lib/time.ts";
import { useNow } from "../lib/use-now.ts";
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
          <Approval
            key={approval.id}
            approval={approval}
            groupName={names.get(approval.group_id) ?? approval.group_id}
          />
        ))}
      </ul>
    </Card>
  );
};

const Approval = ({ approval, groupName }: { approval: ApprovalView; groupName: string }) => {
  const client = useQueryClient();
  const nowMs = useNow();
  const answer = useMutation({
    mutationFn: (choice: string) => answerApproval(approval.id, choice),
    onSuccess: () => toastDone(t.answered),
    onError: (error) => toastFailed(t.failed, error),
    onSettled: () => client.invalidateQueries({ queryKey: approvalsQuery.queryKey }),
  });
  return (
    <li className="space-y-2 px-4 py-3">
      <p className="text-xs text-muted">
        {groupName} · {t.until(until(approval.expires, nowMs))}
      </p>
      {/* Whoever says yes must have seen all of it. */}
      <div className="[&_pre]:wrap-anywhere [&_pre]:whitespace-pre-wrap">
        <Prose text={approval.question} />
      </div>
      <div className="flex flex-wrap gap-2">
        {approval.choices.map(({ id, label }) => (
          <Button key={id} size="sm" disabled={answer.isPending} onClick={() => answer.mutate(id)}>
            {label}
          </Button>
        ))}
      </div>
    </li>
  );
};
