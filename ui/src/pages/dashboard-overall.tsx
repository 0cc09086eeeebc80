/** The dashboard's headline: how the whole is, in a few words that are true. */
import { useQuery } from "@tanstack/react-query";
import { isUnanswered } from "../api/api-error.ts";
import { approvalsQuery, attentionQuery, statusQuery, usageQuery } from "../api/queries.ts";
import { Badge } from "../components/badge.tsx";
import { Dot } from "../components/dot.tsx";
import { type Overall, overall } from "../lib/overall.ts";
import { clock } from "../lib/time.ts";
import { useAwaySince } from "../live/live-context.tsx";
import { en } from "../text/en.ts";

const t = en.dashboard;

export const Headline = () => {
  const awaySinceMs = useAwaySince();
  const status = useQuery(statusQuery);
  const said = overall({
    awaySinceMs,
    answeredAtMs: status.dataUpdatedAt,
    isSilent: isUnanswered(status.error),
    health: status.data?.health,
    questions: useQuery(approvalsQuery).data?.length,
    troubles: useQuery(attentionQuery).data?.troubles,
    budgets: useQuery(usageQuery).data?.budgets,
  });
  return (
    <output className="flex flex-wrap gap-2">
      {said.map((one) => (
        <Badge key={one.type} tone={TONES[one.type]} size="md">
          <Dot tone={TONES[one.type]} />
          {words(one)}
        </Badge>
      ))}
    </output>
  );
};

const TONES = {
  unreachable: "bad",
  needs_you: "warn",
  broken: "bad",
  unsure: "warn",
  failures: "bad",
  well: "ok",
} as const satisfies Record<Overall["type"], string>;

const words = (one: Overall): string => {
  switch (one.type) {
    case "unreachable":
      return one.sinceMs === null ? t.unreachable : t.unreachableSince(clock(new Date(one.sinceMs).toISOString()));
    case "needs_you":
      return t.needsYou(one.count);
    case "broken":
      return t.broken(one.parts.map(t.part).join(", "));
    case "unsure":
      return t.unsure(one.parts.map(t.part).join(", "));
    case "failures":
      return t.failures(one.count);
    case "well":
      return t.allWell;
    default:
      return one satisfies never;
  }
};
