/** What the two ways to put a team together, as a list and as a drawing, are given. */
import type { GroupView } from "@praktor/protocol/rest";
import type { DraftPlan } from "../swarm/draft-plan.ts";
import type { TeamDraft } from "../swarm/team-draft.ts";

/** Of a member; the empty one is the member as such. */
export type MemberField = "role" | "prompt" | "group_folder" | "model" | "";

export interface TeamEditorProps {
  team: TeamDraft;
  plan: DraftPlan;
  groups: readonly GroupView[];
  /** Who has no role is told so. */
  tried: boolean;
  /** What the gateway refused of a member, by its place and the API's name of the field. */
  wrong: (place: number, field: MemberField) => string | undefined;
  makeKey: () => string;
  onChange: (team: TeamDraft) => void;
}
