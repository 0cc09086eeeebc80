/** A group's initial on a tile, with a light that says whether its agent runs. */
import type { GroupView } from "@praktor/protocol/rest";
import { cn } from "../lib/cn.ts";

export interface GroupMarkProps {
  group: Pick<GroupView, "name" | "is_main" | "agent_status">;
  className?: string;
}

export const GroupMark = ({ group, className }: GroupMarkProps) => (
  <span
    aria-hidden="true"
    className={cn(
      "relative grid size-9 shrink-0 place-items-center rounded-lg text-sm font-semibold",
      group.is_main ? "bg-accent-soft text-accent" : "bg-raised text-muted",
      className,
    )}
  >
    {Array.from(group.name.trim())[0]?.toUpperCase() ?? "?"}
    {group.agent_status === "running" && (
      <span className="absolute -right-0.5 -bottom-0.5 size-2.5 rounded-full border-2 border-panel bg-ok" />
    )}
  </span>
);
