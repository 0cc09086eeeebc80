/** One secret: since when it holds its value, who is given it, and what may be done about it. */
import type { SecretView } from "@praktor/protocol/vault";
import { useState } from "react";
import { Button } from "../components/button.tsx";
import { ago, moment } from "../lib/time.ts";
import { useNow } from "../lib/use-now.ts";
import { en } from "../text/en.ts";
import { AssignSecret } from "./vault-assign.tsx";
import { DeleteSecret } from "./vault-delete.tsx";
import { SetSecret } from "./vault-set.tsx";
import { UnassignSecret } from "./vault-unassign.tsx";

const t = en.vault;

export interface SecretRowProps {
  secret: SecretView;
  /** Without its key nothing new can be kept. */
  isOpen: boolean;
}

export const SecretRow = ({ secret, isOpen }: SecretRowProps) => {
  const nowMs = useNow();
  const [asked, setAsked] = useState<"set" | "assign" | "delete" | null>(null);
  const close = (): void => setAsked(null);
  return (
    <li className="px-4 py-3">
      <div className="flex flex-wrap items-center gap-x-3 gap-y-2">
        <div className="min-w-0 flex-1 basis-52">
          <h2 className="font-mono text-[13px] font-semibold wrap-anywhere">{secret.name}</h2>
          <p className="text-[13px] text-muted">
            <time dateTime={secret.updated} title={moment(secret.updated)}>
              {t.since(ago(secret.updated, nowMs))}
            </time>
          </p>
        </div>
        <div className="flex flex-wrap gap-2">
          <Button size="sm" onClick={() => setAsked("assign")}>
            {t.assign}
            <span className="sr-only">: {secret.name}</span>
          </Button>
          <Button size="sm" disabled={!isOpen} aria-label={t.replaceOf(secret.name)} onClick={() => setAsked("set")}>
            {t.replace}
          </Button>
          <Button size="sm" variant="danger" aria-label={t.deleteOf(secret.name)} onClick={() => setAsked("delete")}>
            {t.delete}
          </Button>
        </div>
      </div>
      {secret.groups.length === 0 ? (
        <p className="mt-2 text-[13px] text-muted">{t.nobody}</p>
      ) : (
        <ul aria-label={t.groupsOf(secret.name)} className="mt-2 space-y-1">
          {secret.groups.map((place) => (
            <li
              key={place.group_id}
              className="flex items-center gap-3 rounded-lg bg-raised/60 py-1 pr-1 pl-3 text-[13px]"
            >
              <p className="min-w-0 flex-1 wrap-anywhere">
                <span className="font-medium">{place.group_name}</span>{" "}
                <span className="text-muted">{t.as[place.delivery]}</span>{" "}
                <code className="font-mono text-xs">{t.target(place.delivery, place.target)}</code>
              </p>
              <UnassignSecret name={secret.name} place={place} />
            </li>
          ))}
        </ul>
      )}
      {asked === "set" && <SetSecret name={secret.name} onClose={close} />}
      {asked === "assign" && <AssignSecret secret={secret} onClose={close} />}
      {asked === "delete" && <DeleteSecret secret={secret} onClose={close} />}
    </li>
  );
};
