/** How much of the machine a sandbox uses: now, and over the last two minutes. */
import { Sparkline } from "../components/sparkline.tsx";
import { fileSize } from "../lib/size.ts";
import type { Sample } from "../live/sandbox-sight.ts";
import { en } from "../text/en.ts";

const t = en.group;
const ROOM = 60;
/** A line that fills the height at some hundredths of a processor would look like work. */
const LEAST_TOP_PERCENT = 25;
const LEAST_TOP_BYTES = 256 * 1024 * 1024;

export const SandboxLoad = ({ samples }: { samples: readonly Sample[] }) => {
  const last = samples.at(-1);
  const cpu = samples.map(({ cpuPercent }) => cpuPercent);
  const memory = samples.map(({ memoryBytes }) => memoryBytes);
  const limit = last?.memoryLimitBytes ?? null;
  return (
    <dl className="grid grid-cols-2 gap-4 border-t px-4 py-3 text-[13px]">
      <Measure
        name={t.cpu}
        hint={t.cpuHint}
        values={cpu}
        top={Math.max(LEAST_TOP_PERCENT, ...cpu)}
        write={t.cpuValue}
        now={last && t.cpuValue(last.cpuPercent)}
      />
      <Measure
        name={t.memory}
        values={memory}
        top={limit ?? Math.max(LEAST_TOP_BYTES, ...memory) * 1.25}
        write={fileSize}
        now={
          last &&
          (limit === null ? fileSize(last.memoryBytes) : t.memoryOf(fileSize(last.memoryBytes), fileSize(limit)))
        }
      />
    </dl>
  );
};

interface MeasureProps {
  name: string;
  hint?: string;
  values: readonly number[];
  top: number;
  write: (value: number) => string;
  now: string | undefined;
}

const Measure = ({ name, hint, values, top, write, now }: MeasureProps) => (
  <div className="min-w-0" title={hint}>
    <dt className="text-xs text-muted">{name}</dt>
    <dd>
      <span className="block truncate tabular-nums">{now ?? <span className="text-muted">{t.measuring}</span>}</span>
      <Sparkline
        values={values}
        top={top}
        room={ROOM}
        label={
          values.length === 0 ? t.measuring : t.overTime(name, write(Math.min(...values)), write(Math.max(...values)))
        }
      />
    </dd>
  </div>
);
