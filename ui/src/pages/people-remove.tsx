/** Makes a person a stranger again, at the second press. */
import type { PairedPerson } from "@praktor/protocol/pairing";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { pairingQuery } from "../api/queries.ts";
import { Button } from "../components/button.tsx";
import { toastDone, toastFailed } from "../components/toasts.tsx";
import { en } from "../text/en.ts";

const t = en.people;

export const RemovePerson = ({ person, onRemove }: { person: PairedPerson; onRemove: () => Promise<void> }) => {
  const client = useQueryClient();
  const [asked, setAsked] = useState(false);
  const remove = useMutation({
    mutationFn: onRemove,
    onSuccess: () => toastDone(t.removed(person.name)),
    onError: (error) => toastFailed(t.failed(person.name), error),
    onSettled: () => client.invalidateQueries({ queryKey: pairingQuery.queryKey }),
  });
  return (
    <Button
      size="sm"
      variant={asked ? "danger" : "ghost"}
      disabled={remove.isPending}
      onBlur={() => setAsked(false)}
      onClick={() => (asked ? remove.mutate() : setAsked(true))}
    >
      {asked ? (person.is_owner ? t.removeOwnerSure : t.removeSure) : t.remove}
      <span className="sr-only">: {person.name}</span>
    </Button>
  );
};
