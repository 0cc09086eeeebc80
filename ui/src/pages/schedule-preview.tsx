/** What a schedule means, while it is typed: the sentence and the next five runs, or what is wrong with it. */
import { useQuery } from "@tanstack/react-query";
import { CircleAlert } from "lucide-react";
import { sentence } from "../api/api-error.ts";
import { scheduleQuery } from "../api/queries.ts";
import { useSettled } from "../lib/use-settled.ts";
import { en } from "../text/en.ts";

const t = en.taskForm;

export interface SchedulePreviewProps {
  schedule: string;
  timezone: string;
  /** What is said beside the fields already. */
  told: readonly (string | undefined)[];
}

export const SchedulePreview = ({ schedule, timezone, told }: SchedulePreviewProps) => {
  const settled = useSettled(schedule);
  const zone = useSettled(timezone);
  const preview = useQuery({ ...scheduleQuery(settled, zone), enabled: settled !== "" && zone !== "" });
  const isTold = preview.isError && told.includes(sentence(preview.error));
  return (
    <div aria-live="polite" className="min-h-36 rounded-lg bg-raised px-3 py-2.5 text-[13px]">
      {isTold && <p className="text-muted">{t.previewNone}</p>}
      {preview.isError && !isTold && (
        <p className="flex gap-2 text-bad">
          <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
          <span className="min-w-0 wrap-anywhere">{sentence(preview.error)}</span>
        </p>
      )}
      {preview.isPending && <p className="text-muted">{t.previewBusy}</p>}
      {preview.data !== undefined && (
        <>
          <p className="font-medium first-letter:uppercase">{preview.data.schedule_display}</p>
          <p className="mt-1.5 text-xs text-muted">{preview.data.next_runs.length === 0 ? t.noNextRuns : t.nextRuns}</p>
          <ol className="tabular-nums">
            {preview.data.next_runs.map((at) => (
              <li key={at}>
                <time dateTime={at}>{inZone(at, preview.data.timezone)}</time>
              </li>
            ))}
          </ol>
        </>
      )}
    </div>
  );
};

/** Seconds only where there are some. */
const inZone = (iso: string, timeZone: string): string =>
  new Date(iso).toLocaleString("en-GB", {
    weekday: "short",
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    ...(new Date(iso).getUTCSeconds() === 0 ? {} : { second: "2-digit" as const }),
    timeZone,
    timeZoneName: "short",
  });
