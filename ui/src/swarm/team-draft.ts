/** A team while it is put together: members by a key of their own, so that a role may be typed without losing its edges. Pure. */
import type { SwarmTeam } from "@praktor/protocol/swarm";
import { roleName } from "@praktor/protocol/team-plan";

export interface DraftMember {
  key: string;
  role: string;
  prompt: string;
  /** A group's folder whose files are there to read; empty for none. */
  folder: string;
  model: string;
}

export type EdgeKind = "directed" | "mutual";

export interface DraftEdge {
  from: string;
  to: string;
  kind: EdgeKind;
}

export interface TeamDraft {
  members: readonly DraftMember[];
  edges: readonly DraftEdge[];
  /** A member's key; `null` lets the gateway find or add one. */
  lead: string | null;
}

export const EMPTY_TEAM: TeamDraft = { members: [], edges: [], lead: null };

type Ends = Pick<DraftEdge, "from" | "to">;

const sameEnds = (one: Ends, other: Ends): boolean =>
  (one.from === other.from && one.to === other.to) || (one.from === other.to && one.to === other.from);

export const withMember = (team: TeamDraft, key: string, role = ""): TeamDraft => ({
  ...team,
  members: [...team.members, { key, role, prompt: "", folder: "", model: "" }],
});

export const changeMember = (team: TeamDraft, key: string, change: Partial<Omit<DraftMember, "key">>): TeamDraft => ({
  ...team,
  members: team.members.map((member) => (member.key === key ? { ...member, ...change } : member)),
});

/** With it go its edges. */
export const withoutMember = (team: TeamDraft, key: string): TeamDraft => ({
  members: team.members.filter((member) => member.key !== key),
  edges: team.edges.filter(({ from, to }) => from !== key && to !== key),
  lead: team.lead === key ? null : team.lead,
});

/** What is chosen in a drawing of it. */
export type TeamPart = { type: "member"; key: string } | { type: "edge"; from: string; to: string };

export const roleOf = (team: TeamDraft, key: string, unnamed: string): string =>
  team.members.find((member) => member.key === key)?.role.trim() || unnamed;

export const edgeOf = ({ edges }: TeamDraft, ends: Ends): DraftEdge | undefined =>
  edges.find((edge) => sameEnds(edge, ends));

/** Two members have one edge at most: another takes its place. None to oneself. */
export const withEdge = (team: TeamDraft, edge: DraftEdge): TeamDraft =>
  edge.from === edge.to ? team : { ...team, edges: [...team.edges.filter((other) => !sameEnds(other, edge)), edge] };

export const withoutEdge = (team: TeamDraft, edge: Ends): TeamDraft => ({
  ...team,
  edges: team.edges.filter((other) => !sameEnds(other, edge)),
});

/** As the API takes it. Only of a team whose members all have a role. */
export const toTeam = ({ members, edges, lead }: TeamDraft): Pick<SwarmTeam, "agents" | "edges" | "lead"> => {
  const roles = new Map(members.map(({ key, role }) => [key, role.trim()]));
  const leader = lead === null ? undefined : roles.get(lead);
  return {
    agents: members.map(({ role, prompt, folder, model }) => ({
      role: role.trim(),
      prompt: prompt.trim(),
      ...(folder === "" ? {} : { group_folder: folder }),
      ...(model.trim() === "" ? {} : { model: model.trim() }),
    })),
    edges: edges.flatMap(({ from, to, kind }) => {
      const [source, target] = [roles.get(from), roles.get(to)];
      return source === undefined || target === undefined ? [] : [{ from: source, to: target, kind }];
    }),
    ...(leader === undefined ? {} : { lead: leader }),
  };
};

/** A team that is there already, to go on from, whichever way it spells a role (`Fact checker`, `fact-checker`). `makeKey` gives each member its own key. */
export const fromTeam = (team: Pick<SwarmTeam, "agents" | "edges" | "lead">, makeKey: () => string): TeamDraft => {
  const members = team.agents.map(({ role, prompt, group_folder: folder, model }) => ({
    key: makeKey(),
    role,
    prompt,
    folder: folder ?? "",
    model: model ?? "",
  }));
  const keys = new Map(members.map(({ key, role }) => [roleName(role), key]));
  const keyOf = (role: string): string | undefined => keys.get(roleName(role));
  return {
    members,
    edges: (team.edges ?? []).flatMap((edge) => {
      const [from, to] = [keyOf(edge.from), keyOf(edge.to)];
      return from === undefined || to === undefined ? [] : [{ from, to, kind: edge.kind }];
    }),
    lead: team.lead === undefined ? null : (keyOf(team.lead) ?? null),
  };
};
