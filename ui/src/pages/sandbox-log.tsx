/** What a sandbox prints, as it prints it: stays at the end while one reads there. */
import { ArrowDown } from "lucide-react";
import { useLayoutEffect, useMemo, useRef, useState } from "react";
import { Button } from "../components/button.tsx";
import { Card } from "../components/card.tsx";
import { ScrollArea } from "../components/scroll-area.tsx";
import { readableLine } from "../lib/log-line.ts";
import type { SeenSandbox } from "../live/use-sandbox-sight.ts";
import { en } from "../text/en.ts";

const t = en.group;
const NEAR_PX = 24;

export const SandboxLog = ({ sight }: { sight: SeenSandbox }) => {
  const text = useMemo(() => sight.log.split("\n").map(readableLine).join("\n"), [sight.log]);
  const box = useRef<HTMLDivElement>(null);
  const [atEnd, setAtEnd] = useState(true);
  // After every drawing: what is drawn is what there is to scroll.
  useLayoutEffect(() => {
    if (atEnd && box.current !== null) box.current.scrollTop = box.current.scrollHeight;
  });
  return (
    <Card
      title={t.log}
      aside={
        !atEnd && (
          <Button size="sm" variant="ghost" onClick={() => setAtEnd(true)}>
            <ArrowDown aria-hidden="true" />
            {t.logFollow}
          </Button>
        )
      }
    >
      {!sight.connected && !sight.ended && (
        <output className="block border-b bg-warn-soft px-4 py-2 text-[13px] text-warn">{t.logLost}</output>
      )}
      <ScrollArea
        ref={box}
        aria-label={t.logLabel}
        className="h-56 overflow-auto bg-ground p-3 -outline-offset-2"
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) =>
          setAtEnd(scrollHeight - scrollTop - clientHeight < NEAR_PX)
        }
      >
        {sight.log === "" ? (
          <p className="text-[13px] text-muted">{t.logEmpty}</p>
        ) : (
          <pre className="font-mono text-xs leading-relaxed wrap-anywhere whitespace-pre-wrap">{text}</pre>
        )}
      </ScrollArea>
    </Card>
  );
};
