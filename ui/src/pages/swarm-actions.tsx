/** What can be done with a run: cancel it while it works, and afterwards start it anew or delete it. */
import type { SwarmRunView } from "@praktor/protocol/swarm";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { RotateCcw, Square, Trash2 } from "lucide-react";
import { useState } from "react";
import { cancelSwarm, deleteSwarm, runSwarmAgain, swarmQuery, swarmsQuery } from "../api/swarm-endpoints.ts";
import { Button } from "../components/button.tsx";
import { Dialog } from "../components/dialog.tsx";
import { toastDone, toastFailed } from "../components/toasts.tsx";
import { en } from "../text/en.ts";

const t = en.swarmRun;

export const SwarmActions = ({ run }: { run: SwarmRunView }) => {
  const client = useQueryClient();
  const navigate = useNavigate();
  const [asks, setAsks] = useState<"cancel" | "remove" | null>(null);
  const close = (): void => setAsks(null);
  const cancel = useMutation({
    mutationFn: () => cancelSwarm(run.id),
    onSuccess: (now) => {
      toastDone(t.cancelled);
      client.setQueryData(swarmQuery(run.id).queryKey, now);
    },
    onError: (error) => toastFailed(t.cancelFailed, error),
    onSettled: close,
  });
  const again = useMutation({
    mutationFn: () => runSwarmAgain(run.id),
    onSuccess: async ({ id }) => {
      await client.invalidateQueries({ queryKey: swarmsQuery.queryKey });
      await navigate({ to: "/swarms/$id", params: { id } });
    },
    onError: (error) => toastFailed(t.againFailed, error),
  });
  const remove = useMutation({
    mutationFn: () => deleteSwarm(run.id),
    onSuccess: async () => {
      toastDone(t.removed);
      client.setQueryData(swarmsQuery.queryKey, (runs) => runs?.filter(({ id }) => id !== run.id));
      await navigate({ to: "/swarms" });
    },
    onError: (error) => {
      toastFailed(t.removeFailed, error);
      close();
    },
  });
  return (
    <div className="flex flex-wrap gap-2">
      <Button asChild>
        <Link to="/swarms">{t.back}</Link>
      </Button>
      {run.status === "running" ? (
        <Button variant="danger" onClick={() => setAsks("cancel")}>
          <Square className="size-3 fill-current stroke-none" aria-hidden="true" />
          {t.cancel}
        </Button>
      ) : (
        <>
          <Button disabled={again.isPending} onClick={() => again.mutate()}>
            <RotateCcw aria-hidden="true" />
            {t.again}
          </Button>
          <Button variant="danger" onClick={() => setAsks("remove")}>
            <Trash2 aria-hidden="true" />
            {t.remove}
          </Button>
        </>
      )}
      {asks === "cancel" && (
        <Dialog title={t.cancelTitle} description={t.cancelBody} onClose={close}>
          <div className="flex justify-end gap-2">
            <Button onClick={close}>{t.keep}</Button>
            <Button variant="danger" disabled={cancel.isPending} onClick={() => cancel.mutate()}>
              {cancel.isPending ? t.cancelBusy : t.cancelConfirm}
            </Button>
          </div>
        </Dialog>
      )}
      {asks === "remove" && (
        <Dialog title={t.removeTitle} description={t.removeBody} onClose={close}>
          <div className="flex justify-end gap-2">
            <Button onClick={close}>{en.cancel}</Button>
            <Button variant="danger" disabled={remove.isPending} onClick={() => remove.mutate()}>
              {remove.isPending ? t.removeBusy : t.removeConfirm}
            </Button>
          </div>
        </Dialog>
      )}
    </div>
  );
};
