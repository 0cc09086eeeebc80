/** A team as a drawing to work on: members and edges are added, chosen, changed and removed, by pointer and by keyboard. */
import { Plus } from "lucide-react";
import { lazy, Suspense, useRef, useState } from "react";
import { Button } from "../components/button.tsx";
import { Problem } from "../components/problem.tsx";
import { ScrollArea } from "../components/scroll-area.tsx";
import { addsLead, leaderOf, refusesEdge, refusalOf } from "../swarm/draft-plan.ts";
import type { GraphMember } from "../swarm/member-box.tsx";
import {
  type DraftEdge,
  edgeOf,
  type TeamPart,
  withEdge,
  withMember,
  withoutEdge,
  withoutMember,
} from "../swarm/team-draft.ts";
import { en } from "../text/en.ts";
import { EdgePanel } from "./swarm-edge-panel.tsx";
import { MemberPanel } from "./swarm-member-panel.tsx";
import type { TeamEditorProps } from "./swarm-team-editor.ts";

const t = en.swarmForm;
const TeamGraph = lazy(async () => ({ default: (await import("../swarm/team-graph.tsx")).TeamGraph }));

const ADDED_LEAD: GraphMember = {
  id: "added lead",
  title: "lead",
  detail: t.addedLead,
  state: null,
  lead: true,
  added: true,
  hears: false,
  refusal: null,
};

export const SwarmDrawing = ({ team, plan, groups, tried, wrong, makeKey, onChange }: TeamEditorProps) => {
  const [part, setPart] = useState<TeamPart | null>(null);
  /** The member that was added last: its role is typed at once. */
  const [fresh, setFresh] = useState<string | null>(null);
  const add = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);
  const leader = leaderOf(team, plan);
  const chosen = part?.type === "member" ? team.members.find(({ key }) => key === part.key) : undefined;
  const edge = part?.type === "edge" ? edgeOf(team, part) : undefined;

  const grow = (edgeTo?: (key: string) => DraftEdge): string => {
    const key = makeKey();
    const grown = withMember(team, key);
    onChange(edgeTo === undefined ? grown : withEdge(grown, edgeTo(key)));
    setPart({ type: "member", key });
    setFresh(key);
    return key;
  };
  const remove = (gone: TeamPart): void => {
    onChange(gone.type === "member" ? withoutMember(team, gone.key) : withoutEdge(team, gone));
    setPart(null);
    // What had the focus is gone.
    add.current?.focus();
  };
  const connect = (made: DraftEdge): void => {
    onChange(withEdge(team, made));
    setPart({ type: "edge", from: made.from, to: made.to });
  };
  const flawed = (key: string): string | undefined => {
    const unnamed = team.members.find((member) => member.key === key)?.role.trim() === "";
    return refusalOf(plan, key) ?? (tried && unnamed ? t.roleMissing : undefined);
  };
  return (
    <div>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b px-4 py-2.5">
        <Button ref={add} size="sm" onClick={() => grow()}>
          <Plus aria-hidden="true" />
          {t.addMember}
        </Button>
        <p className="min-w-60 flex-1 text-xs text-muted">{t.drawingHint}</p>
      </div>
      {plan.type === "refused" && plan.at.type !== "member" && (
        <div className="border-b p-2.5">
          <Problem text={plan.text} isPlace />
        </div>
      )}
      <div className="grid lg:h-144 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="h-80 lg:h-full">
          <Suspense fallback={<p className="p-4 text-muted">{t.drawingLoading}</p>}>
            <TeamGraph
              label={t.drawingLabel}
              members={[
                ...team.members.map(({ key, role, prompt }, place) => ({
                  id: key,
                  title: role.trim() === "" ? t.unnamed : role,
                  detail: prompt,
                  state: null,
                  lead: leader === key,
                  added: false,
                  hears: false,
                  refusal: flawed(key) ?? wrong(place, "") ?? null,
                })),
                ...(addsLead(plan) ? [ADDED_LEAD] : []),
              ]}
              lines={team.edges.map((one) => ({
                ...one,
                label: null,
                active: false,
                refused: refusesEdge(plan, one),
                flights: [],
              }))}
              chosen={edge === undefined ? part : { type: "edge", from: edge.from, to: edge.to }}
              onChoose={(next) => {
                setFresh(null);
                setPart(next);
              }}
              edit={{
                onConnect: (from, to, kind) => connect({ from, to, kind }),
                onGrow: (at, way) =>
                  grow((key) =>
                    way === "reverse" ? { from: key, to: at, kind: "directed" } : { from: at, to: key, kind: way },
                  ),
                onRemove: remove,
                onEnter: () => panel.current?.focus(),
              }}
            />
          </Suspense>
        </div>
        <ScrollArea
          ref={panel}
          aria-label={t.chosen}
          className="border-t p-4 -outline-offset-2 lg:min-h-0 lg:overflow-y-auto lg:border-t-0 lg:border-l"
        >
          {chosen !== undefined && (
            <MemberPanel
              key={chosen.key}
              team={team}
              member={chosen}
              groups={groups}
              refusal={flawed(chosen.key)}
              wrong={(field) => wrong(team.members.indexOf(chosen), field)}
              leads={leader === chosen.key}
              fresh={fresh === chosen.key}
              onChange={onChange}
              onRemove={() => remove({ type: "member", key: chosen.key })}
            />
          )}
          {edge !== undefined && (
            <EdgePanel team={team} edge={edge} onKind={connect} onRemove={() => remove({ type: "edge", ...edge })} />
          )}
          {chosen === undefined && edge === undefined && <p className="text-[13px] text-muted">{t.nothingChosen}</p>}
        </ScrollArea>
      </div>
    </div>
  );
};
