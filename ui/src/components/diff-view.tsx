/** Two texts as one with marks: what went, what came, and what stands around it. */
import { useMemo } from "react";
import { cn } from "../lib/cn.ts";
import { type DiffLine, textDiff } from "../lib/text-diff.ts";
import { en } from "../text/en.ts";
import { ScrollArea } from "./scroll-area.tsx";

export interface DiffViewProps {
  label: string;
  before: string;
  after: string;
  className?: string;
}

const MARKS = {
  same: { sign: " ", className: "text-muted", word: null },
  added: { sign: "+", className: "bg-ok-soft text-ok", word: en.diff.added },
  removed: { sign: "−", className: "bg-bad-soft text-bad", word: en.diff.removed },
} as const;

export const DiffView = ({ label, before, after, className }: DiffViewProps) => {
  const hunks = useMemo(() => textDiff(before, after), [before, after]);
  if (hunks === null) return <p className="text-[13px] text-muted">{en.diff.tooDifferent}</p>;
  if (hunks.length === 0) return <p className="text-[13px] text-muted">{en.diff.none}</p>;
  return (
    <ScrollArea aria-label={label} className={cn("overflow-auto rounded-md bg-ground", className)}>
      <div className="w-max min-w-full py-1.5 font-mono text-xs leading-relaxed">
        {hunks.map((hunk, place) => (
          <div key={`${hunk.before} ${hunk.after}`}>
            {place > 0 && <p className="my-1 border-y bg-raised px-2.5 text-muted">{en.diff.line(hunk.after)}</p>}
            {hunk.lines.map((line, index) => (
              // oxlint-disable-next-line react/no-array-index-key -- the lines of a hunk never move
              <Line key={index} line={line} />
            ))}
          </div>
        ))}
      </div>
    </ScrollArea>
  );
};

const Line = ({ line: { kind, text } }: { line: DiffLine }) => {
  const { sign, className, word } = MARKS[kind];
  return (
    <div className={cn("flex px-2.5", className)}>
      <span aria-hidden="true" className="w-4 shrink-0 select-none">
        {sign}
      </span>
      {word !== null && <span className="sr-only">{word} </span>}
      <span className="whitespace-pre">{text === "" ? " " : text}</span>
    </div>
  );
};
