/** A titled panel of a page. */
import { type ReactNode, useId } from "react";
import { cn } from "../lib/cn.ts";

export interface CardProps {
  title: string;
  /** At the right of the title. */
  aside?: ReactNode;
  className?: string;
  children: ReactNode;
}

export const Card = ({ title, aside, className, children }: CardProps) => {
  const titleId = useId();
  return (
    <section aria-labelledby={titleId} className={cn("overflow-hidden rounded-xl border bg-panel", className)}>
      <div className="flex h-11 items-center justify-between gap-3 border-b px-4">
        <h2 id={titleId} className="text-[13px] font-semibold">
          {title}
        </h2>
        {aside}
      </div>
      {children}
    </section>
  );
};
