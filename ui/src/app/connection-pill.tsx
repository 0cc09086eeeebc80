/** Whether what one sees is live. */
import { Badge } from "../components/badge.tsx";
import { Dot } from "../components/dot.tsx";
import { useSocketState } from "../live/live-context.tsx";
import { en } from "../text/en.ts";

/** `quiet` says nothing as long as all is well. */
export const ConnectionPill = ({ quiet = false }: { quiet?: boolean }) => {
  const away = useSocketState() !== "open";
  return (
    <output>
      {(away || !quiet) && (
        <Badge tone={away ? "warn" : "neutral"} title={away ? en.live.awayDetail : en.live.openDetail}>
          <Dot tone={away ? "warn" : "ok"} breathing={away} />
          {away ? en.live.away : en.live.open}
        </Badge>
      )}
    </output>
  );
};
