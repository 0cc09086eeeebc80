/** Leads to the people page when somebody waits to be let in, or when nobody may talk at all. */
import type { StatusView } from "@praktor/protocol/rest";
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { UserRoundPlus } from "lucide-react";
import { pairingQuery } from "../api/queries.ts";
import { en } from "../text/en.ts";

const t = en.people;

export const PeopleHint = ({ status }: { status: StatusView }) => {
  const hasBot = status.health.some(({ name }) => name === "telegram");
  const { data } = useQuery({ ...pairingQuery, enabled: hasBot });
  const isEmpty = data !== undefined && data.people.length + data.allowed.length === 0;
  if (data === undefined || (data.waiting.length === 0 && !isEmpty)) return null;
  return (
    <Link
      to="/people"
      className="flex items-center gap-3 rounded-xl border bg-panel px-4 py-3 -outline-offset-2 hover:bg-raised"
    >
      <UserRoundPlus className="size-4 shrink-0 text-warn" aria-hidden="true" />
      <span className="min-w-0 flex-1">
        <span className="block font-medium">{isEmpty ? t.hintNobody : t.hintWaiting(data.waiting.length)}</span>
        <span className="block text-[13px] text-muted">{isEmpty ? t.hintNobodyHow : t.hintWaitingHow}</span>
      </span>
    </Link>
  );
};
