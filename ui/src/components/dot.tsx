/** A small light beside a word that says the same. */
import { cn } from "../lib/cn.ts";

const COLOURS = { ok: "bg-ok", warn: "bg-warn", bad: "bg-bad", accent: "bg-accent", off: "bg-line-strong" };

export type DotTone = keyof typeof COLOURS;

export const Dot = ({
  tone,
  breathing = false,
  className,
}: {
  tone: DotTone;
  breathing?: boolean;
  className?: string;
}) => (
  <span
    aria-hidden="true"
    className={cn("inline-block size-2 shrink-0 rounded-full", COLOURS[tone], breathing && "breathe", className)}
  />
);
