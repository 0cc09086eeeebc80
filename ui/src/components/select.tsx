/** A labelled choice of a few. */
import { CircleAlert } from "lucide-react";
import { type ComponentProps, useId } from "react";
import { cn } from "../lib/cn.ts";

export type SelectProps = ComponentProps<"select"> & { label: string; error?: string | undefined };

export const Select = ({ label, error, className, children, ...rest }: SelectProps) => {
  const id = useId();
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block text-[13px] font-medium">
        {label}
      </label>
      <select
        id={id}
        aria-invalid={error !== undefined}
        aria-describedby={error === undefined ? undefined : `${id}-error`}
        className={cn(
          "h-9 w-full rounded-lg border bg-ground px-2.5 max-md:text-base",
          error === undefined ? "border-line-strong/60" : "border-bad",
          className,
        )}
        {...rest}
      >
        {children}
      </select>
      {error !== undefined && (
        <p id={`${id}-error`} className="mt-1 flex items-center gap-1.5 text-xs text-bad">
          <CircleAlert className="size-3.5 shrink-0" aria-hidden="true" />
          {error}
        </p>
      )}
    </div>
  );
};
