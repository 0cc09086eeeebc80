/** What a page shows instead of its content, or above it: loading, nothing there, failed, out of date. */
import { CircleAlert, type LucideIcon, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { sentence } from "../api/api-error.ts";
import { cn } from "../lib/cn.ts";
import { en } from "../text/en.ts";
import { Button } from "./button.tsx";

const Skeleton = ({ className }: { className?: string }) => (
  <div aria-hidden="true" className={cn("breathe rounded-md bg-raised", className)} />
);

/** Rows of skeleton, announced once. */
export const LoadingRows = ({ rows = 4, className }: { rows?: number; className?: string }) => (
  <output className={cn("block space-y-4 p-4", className)}>
    <span className="sr-only">{en.loading}</span>
    {Array.from({ length: rows }, (_, row) => (
      <div key={row} className="flex items-center gap-3">
        <Skeleton className="size-8 rounded-lg" />
        <div className="flex-1 space-y-2">
          <Skeleton className={row % 2 === 0 ? "h-3 w-2/5" : "h-3 w-1/3"} />
          <Skeleton className={row % 2 === 0 ? "h-3 w-4/5" : "h-3 w-2/3"} />
        </div>
      </div>
    ))}
  </output>
);

export interface EmptyProps {
  icon: LucideIcon;
  title: string;
  /** `h1` where this is all of the page. */
  heading?: "p" | "h1";
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
}

export const Empty = ({ icon: Icon, title, heading: Heading = "p", children, action, className }: EmptyProps) => (
  <div className={cn("flex flex-col items-center justify-center px-6 py-8 text-center", className)}>
    <div className="mb-3 grid size-10 place-items-center rounded-xl bg-raised text-muted">
      <Icon className="size-5" aria-hidden="true" />
    </div>
    <Heading className="font-medium">{title}</Heading>
    <p className="mt-1 max-w-sm text-muted">{children}</p>
    {action !== undefined && <div className="mt-4">{action}</div>}
  </div>
);

export interface FailedProps {
  what: string;
  error: unknown;
  onRetry: () => void;
  className?: string;
}

/** Nothing could be loaded: what, why, and the way on. */
export const Failed = ({ what, error, onRetry, className }: FailedProps) => (
  <div role="alert" className={cn("flex flex-col items-center px-6 py-10 text-center", className)}>
    <div className="mb-3 grid size-10 place-items-center rounded-xl bg-bad-soft text-bad">
      <CircleAlert className="size-5" aria-hidden="true" />
    </div>
    <p className="font-medium">{en.error.load(what)}</p>
    <p className="mt-1 max-w-md text-muted">{sentence(error)}</p>
    <Button className="mt-4" size="sm" onClick={onRetry}>
      {en.error.retry}
    </Button>
  </div>
);

/** What is shown is old, because renewing it failed. */
export const Stale = ({ what, error, onRetry }: FailedProps) => (
  <output className="flex items-center gap-3 rounded-lg bg-warn-soft px-3 py-2 text-[13px] text-warn">
    <TriangleAlert className="size-4 shrink-0" aria-hidden="true" />
    <p className="min-w-0 flex-1">
      {en.error.stale(what)} {sentence(error)}
    </p>
    <Button size="sm" variant="warning" onClick={onRetry}>
      {en.error.retry}
    </Button>
  </output>
);
