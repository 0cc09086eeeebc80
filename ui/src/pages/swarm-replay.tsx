/** Goes through a run's life again, by hand or at the pace of a film. */
import type { SwarmRunView } from "@praktor/protocol/swarm";
import { Pause, Play } from "lucide-react";
import { useEffect, useEffectEvent, useState } from "react";
import { Button } from "../components/button.tsx";
import { span } from "../lib/time.ts";
import { useNow } from "../lib/use-now.ts";
import { lifeOf } from "../swarm/run-at.ts";
import { en } from "../text/en.ts";

const t = en.swarmRun;
const STEP_MS = 100;
/** A whole life takes this long, however long it was. */
const FILM_MS = 12_000;

export interface SwarmReplayProps {
  run: SwarmRunView;
  /** `null`: now. */
  atMs: number | null;
  onMoment: (atMs: number | null) => void;
}

export const SwarmReplay = ({ run, atMs, onMoment }: SwarmReplayProps) => {
  const life = lifeOf(run, useNow(10_000));
  const [plays, setPlays] = useState(false);
  const step = useEffectEvent(() => {
    const next = (atMs ?? life.from) + ((life.to - life.from) * STEP_MS) / FILM_MS;
    if (next >= life.to) setPlays(false);
    onMoment(next >= life.to ? null : next);
  });
  useEffect(() => {
    if (!plays) return undefined;
    const timer = setInterval(() => step(), STEP_MS);
    return () => clearInterval(timer);
  }, [plays]);
  const shown = atMs ?? life.to;
  const text = atMs === null ? t.now : t.afterStart(span(shown - life.from));
  return (
    <section aria-label={t.replay} className="flex flex-wrap items-center gap-3 rounded-xl border bg-panel px-4 py-2.5">
      <Button
        size="sm"
        className="min-w-20"
        onClick={() => {
          if (!plays && atMs === null) onMoment(life.from);
          setPlays(!plays);
        }}
      >
        {plays ? <Pause aria-hidden="true" /> : <Play aria-hidden="true" />}
        {plays ? t.pause : t.play}
      </Button>
      <input
        type="range"
        aria-label={t.moment}
        aria-valuetext={text}
        min={life.from}
        max={life.to}
        step={Math.max(1, Math.round((life.to - life.from) / 200))}
        value={shown}
        onChange={({ target }) => {
          setPlays(false);
          onMoment(target.valueAsNumber >= life.to ? null : target.valueAsNumber);
        }}
        className="min-w-32 flex-1 accent-solid"
      />
      <span className="md:w-44 text-[13px] text-muted tabular-nums">{text}</span>
    </section>
  );
};
