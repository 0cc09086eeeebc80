/** What the chart shows, as a table: the days with a call, newest first. */
import { ScrollArea } from "../components/scroll-area.tsx";
import type { DaySum } from "../lib/usage-sums.ts";
import { CostAmount } from "./cost-amount.tsx";
import { en } from "../text/en.ts";

const t = en.usage;

export const CostDays = ({ days }: { days: readonly DaySum[] }) => (
  <ScrollArea className="mt-2 max-h-48 overflow-y-auto border-t" aria-label={t.daysLabel}>
    <table className="w-full text-[13px]">
      <thead className="sr-only">
        <tr>
          <th scope="col">{t.dayColumn}</th>
          <th scope="col">{t.calls}</th>
          <th scope="col">{t.amountColumn}</th>
        </tr>
      </thead>
      <tbody className="divide-y">
        {days
          .filter(({ calls }) => calls > 0)
          .toReversed()
          .map((day) => (
            <tr key={day.day}>
              <th scope="row" className="py-1.5 pl-4 text-left font-medium whitespace-nowrap">
                {t.day(day.day)}
              </th>
              <td className="px-3 text-right text-muted tabular-nums">{t.callsOf(day.calls)}</td>
              <CostAmount amount={day} className="pr-4" />
            </tr>
          ))}
      </tbody>
    </table>
  </ScrollArea>
);
