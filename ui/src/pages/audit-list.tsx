/** Lines of the audit log, by day, each as a sentence. */
import type { AuditView } from "@praktor/protocol/audit";
import { useQuery } from "@tanstack/react-query";
import { Fragment } from "react";
import { groupsQuery, pairingQuery, tasksQuery } from "../api/queries.ts";
import { swarmsQuery } from "../api/swarm-endpoints.ts";
import { Badge } from "../components/badge.tsx";
import { type AuditNames, auditSentence } from "../lib/audit-sentence.ts";
import { clock, day, moment } from "../lib/time.ts";
import { useNow } from "../lib/use-now.ts";
import { en } from "../text/en.ts";

const t = en.audit;

export const AuditList = ({ entries }: { entries: readonly AuditView[] }) => {
  const nowMs = useNow(60_000);
  const names = useNames();
  return (
    <ol aria-label={t.what}>
      {entries.map((entry, place) => {
        const heading = day(entry.at, nowMs);
        const before = entries[place - 1];
        return (
          <Fragment key={entry.id}>
            {(before === undefined || day(before.at, nowMs) !== heading) && (
              <li className="border-y bg-raised/50 px-4 py-1.5 text-xs font-medium text-muted first:border-t-0">
                {heading}
              </li>
            )}
            <Line entry={entry} names={names} />
          </Fragment>
        );
      })}
    </ol>
  );
};

const Line = ({ entry, names }: { entry: AuditView; names: AuditNames }) => {
  const { actor, at, detail, outcome } = entry;
  const about = detail === null ? "" : Object.hasOwn(t.details, detail) ? t.details[detail] : detail;
  // Two browsers at the page are told apart by their sessions.
  const session = actor.type === "page" && actor.id.startsWith("session ") ? actor.id : "";
  return (
    <li className="flex gap-3 px-4 py-2.5 not-first:border-t">
      <time dateTime={at} title={moment(at)} className="w-12 shrink-0 text-[13px] text-muted tabular-nums">
        {clock(at)}
      </time>
      <div className="min-w-0 flex-1">
        <p className="wrap-anywhere">
          {auditSentence(entry, names).map(({ text, isName }, place) => (
            // oxlint-disable-next-line react/no-array-index-key -- the words of a sentence have no other identity
            <Fragment key={place}>
              {place > 0 && !text.startsWith(":") && " "}
              {isName ? <span className="font-medium">{text}</span> : <span className="text-muted">{text}</span>}
            </Fragment>
          ))}
        </p>
        <p className="text-xs wrap-anywhere text-muted">{[about, session].filter(Boolean).join(" · ")}</p>
      </div>
      {outcome !== "ok" && (
        <Badge tone={outcome === "failed" ? "bad" : "warn"} className="mt-0.5">
          {t.outcomes[outcome]}
        </Badge>
      )}
    </li>
  );
};

const useNames = (): AuditNames => {
  const groups = useQuery(groupsQuery).data;
  const tasks = useQuery(tasksQuery).data;
  const swarms = useQuery(swarmsQuery).data;
  const people = useQuery(pairingQuery).data?.people;
  return {
    group: (id) => groups?.find((one) => one.id === id)?.name,
    task: (id) => tasks?.find((one) => one.id === id)?.name,
    swarm: (id) => swarms?.find((one) => one.id === id)?.name,
    person: (id) => people?.find((one) => one.id === id)?.name,
  };
};
