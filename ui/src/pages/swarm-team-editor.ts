/** What the two ways to put a team together, as a list and as a drawing, are given. */
import type { GroupView } from "@praktor/protocol/rest";
import type { DraftPlan } from "../swarm/draft-plan.ts";
import type { TeamDraft } from "../swarm/team-draft.ts";

export interface TeamEditorProps {
  team: TeamDraft;
  plan: DraftPlan;
  groups: readonly GroupView[];
  /** Who has no role is told so. */
  tried: boolean;
  makeKey: () => string;
  onChange: (team: TeamDraft) => void;
}
