/** What the members of a run write to each other, oldest first. */
import type { SwarmMessageView } from "@praktor/protocol/swarm";
import { Prose } from "../components/prose.tsx";
import { ScrollArea } from "../components/scroll-area.tsx";
import { clock, moment } from "../lib/time.ts";
import { en } from "../text/en.ts";

const t = en.swarmRun;

export const SwarmMessages = ({ messages }: { messages: readonly SwarmMessageView[] }) =>
  messages.length === 0 ? (
    <p className="p-4 text-muted">{t.noMessages}</p>
  ) : (
    <ScrollArea aria-label={t.messages} className="max-h-128 overflow-y-auto -outline-offset-2">
      <ol className="divide-y">
        {messages.map(({ id, from, to, text, time, deliveries }) => {
          const missed = deliveries.filter(({ state }) => state === "missed").map((delivery) => delivery.to);
          return (
            <li key={id} className="px-4 py-3 text-[13px]">
              <p className="flex justify-between gap-3 text-xs text-muted">
                <span className="font-medium text-text">{t.fromTo(from, to ?? t.toAll)}</span>
                <time dateTime={time} title={moment(time)} className="tabular-nums">
                  {clock(time)}
                </time>
              </p>
              <div className="mt-1">
                <Prose text={text} />
              </div>
              {missed.length > 0 && <p className="mt-1 text-xs text-warn">{t.missed(missed.join(", "))}</p>}
            </li>
          );
        })}
      </ol>
    </ScrollArea>
  );
