/** A labelled text field with its hint and its error. */
import { CircleAlert } from "lucide-react";
import { type ComponentProps, useId } from "react";
import { cn } from "../lib/cn.ts";

export type FieldProps = ComponentProps<"input"> & { label: string; hint?: string; error?: string | undefined };

export const Field = ({ label, hint, error, className, ...rest }: FieldProps) => {
  const id = useId();
  const about = [hint !== undefined && `${id}-hint`, error !== undefined && `${id}-error`].filter(Boolean).join(" ");
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-[13px] font-medium">
        {label}
      </label>
      <input
        id={id}
        aria-invalid={error !== undefined}
        aria-describedby={about === "" ? undefined : about}
        className={cn(
          "h-9 w-full rounded-lg border bg-ground px-3 placeholder:text-muted max-md:text-base",
          error === undefined ? "border-line-strong/60" : "border-bad",
          className,
        )}
        {...rest}
      />
      {error !== undefined && (
        <p id={`${id}-error`} className="mt-1 flex items-center gap-1.5 text-xs text-bad">
          <CircleAlert className="size-3.5 shrink-0" aria-hidden="true" />
          {error}
        </p>
      )}
      {hint !== undefined && (
        <p id={`${id}-hint`} className="mt-1 text-xs text-muted">
          {hint}
        </p>
      )}
    </div>
  );
};
