/** How a run went, as a word. */
import { RunState } from "@praktor/protocol/tasks";
import { Badge } from "../components/badge.tsx";
import { en } from "../text/en.ts";

const tones = {
  waiting: "neutral",
  queued: "accent",
  succeeded: "ok",
  failed: "bad",
  cancelled: "warn",
  skipped: "neutral",
} as const;

export const RunBadge = ({ state }: { state: string | null }) => {
  const known = RunState.safeParse(state);
  return known.success ? <Badge tone={tones[known.data]}>{en.tasks.run[known.data]}</Badge> : null;
};
