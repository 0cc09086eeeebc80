/** Whether what one sees is live. */
import { Badge } from "../components/badge.tsx";
import { Dot } from "../components/dot.tsx";
import { useSocketState } from "../live/live-context.tsx";
import { en } from "../text/en.ts";

export const ConnectionPill = () => {
  const away = useSocketState() !== "open";
  return (
    <output>
      <Badge tone={away ? "warn" : "neutral"} title={away ? en.live.awayDetail : en.live.openDetail}>
        <Dot tone={away ? "warn" : "ok"} breathing={away} />
        {away ? en.live.away : en.live.open}
      </Badge>
    </output>
  );
};
