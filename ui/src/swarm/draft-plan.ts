/** What the gateway would make of a team that is being put together, or why it would refuse it and where. Pure. */
import { planTeam, roleName, TeamRefusal } from "@praktor/protocol/team-plan";
import { type TeamDraft, toTeam } from "./team-draft.ts";

export type DraftPlan =
  /** `lead`: a member's key; `null` where one would be added, under the role `lead`. */
  { type: "plan"; lead: string | null } | { type: "refused"; text: string; at: DraftPlace };

export type DraftPlace =
  | { type: "team" }
  | { type: "member"; key: string }
  | { type: "edges"; keys: readonly string[] };

/** A member without a role stands for one with `unnamed` and its number: that it has none is the form's to say. */
export const draftPlan = (team: TeamDraft, unnamed: string): DraftPlan => {
  const members = team.members.map((member, index) =>
    member.role.trim() === "" ? { ...member, role: `${unnamed} ${index + 1}` } : member,
  );
  const keyOf = (role: string): string | null => members.find((member) => roleName(member.role) === role)?.key ?? null;
  try {
    return { type: "plan", lead: keyOf(planTeam(toTeam({ ...team, members })).lead) };
  } catch (error) {
    if (!(error instanceof TeamRefusal)) throw error;
    return { type: "refused", text: error.message, at: placeOf(error.at, members, keyOf) };
  }
};

const placeOf = (
  at: TeamRefusal["at"],
  members: TeamDraft["members"],
  keyOf: (role: string) => string | null,
): DraftPlace => {
  switch (at.type) {
    case "team":
    case "lead":
      return { type: "team" };
    case "agent":
      return { type: "member", key: members[at.index]?.key ?? "" };
    case "edges":
      return { type: "edges", keys: at.roles.flatMap((role) => keyOf(role) ?? []) };
    default:
      return at satisfies never;
  }
};

/** Whether the refusal is about this edge. */
export const refusesEdge = (plan: DraftPlan, { from, to }: { from: string; to: string }): boolean =>
  plan.type === "refused" && plan.at.type === "edges" && plan.at.keys.includes(from) && plan.at.keys.includes(to);

/** Why the team would be refused because of this member. */
export const refusalOf = (plan: DraftPlan, key: string): string | undefined =>
  plan.type === "refused" && plan.at.type === "member" && plan.at.key === key ? plan.text : undefined;

/** Who leads as the team stands, named or found; null where that cannot be said, or where the one member has nobody to lead. */
export const leaderOf = (team: TeamDraft, plan: DraftPlan): string | null => {
  if (team.members.length < 2) return null;
  return team.lead ?? (plan.type === "plan" ? plan.lead : null);
};

/** Nobody writes the answer, so a member more would be paid for. */
export const addsLead = (plan: DraftPlan): boolean => plan.type === "plan" && plan.lead === null;
