/** A word about a state: coloured, but never by colour alone. */
import { cva, type VariantProps } from "class-variance-authority";
import type { ComponentProps } from "react";
import { cn } from "../lib/cn.ts";

const look = cva("inline-flex items-center gap-1.5 rounded-full font-medium whitespace-nowrap", {
  variants: {
    tone: {
      neutral: "bg-raised text-muted",
      accent: "bg-accent-soft text-accent",
      ok: "bg-ok-soft text-ok",
      warn: "bg-warn-soft text-warn",
      bad: "bg-bad-soft text-bad",
    },
    size: { sm: "h-5 px-2 text-xs", md: "h-7 px-3 text-[13px]" },
  },
  defaultVariants: { tone: "neutral", size: "sm" },
});

export const Badge = ({ tone, size, className, ...rest }: ComponentProps<"span"> & VariantProps<typeof look>) => (
  <span className={cn(look({ tone, size }), className)} {...rest} />
);
