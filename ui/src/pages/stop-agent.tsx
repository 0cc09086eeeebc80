/** Asks before an agent is stopped, since what it works on is lost. */
import type { GroupView } from "@praktor/protocol/rest";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { stopAgent } from "../api/endpoints.ts";
import { agentsQuery, groupsQuery, statusQuery } from "../api/queries.ts";
import { Button } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { toastDone, toastFailed } from "../components/toasts.tsx";
import { en } from "../text/en.ts";

const t = en.groups;

export const StopAgent = ({ group, onClose }: { group: GroupView; onClose: () => void }) => {
  const client = useQueryClient();
  const stop = useMutation({
    mutationFn: () => stopAgent(group.id),
    onSuccess: () => toastDone(t.stopped_(group.name)),
    onError: (error) => toastFailed(t.stopFailed(group.name), error),
    onSettled: async () => {
      onClose();
      await Promise.all(
        [groupsQuery, agentsQuery, statusQuery].map(({ queryKey }) => client.invalidateQueries({ queryKey })),
      );
    },
  });
  return (
    <Dialog title={t.stopTitle(group.name)} description={t.stopBody} onClose={onClose}>
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{en.cancel}</Button>
        <Button variant="danger" disabled={stop.isPending} onClick={() => stop.mutate()}>
          {stop.isPending ? t.stopping : t.stopConfirm}
        </Button>
      </div>
    </Dialog>
  );
};
