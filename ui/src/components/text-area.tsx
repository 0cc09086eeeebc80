/** A labelled field of several lines with its hint and its error. */
import { CircleAlert } from "lucide-react";
import { type ComponentProps, useId } from "react";
import { cn } from "../lib/cn.ts";

export type TextAreaProps = ComponentProps<"textarea"> & { label: string; hint?: string; error?: string | undefined };

export const TextArea = ({ label, hint, error, className, ...rest }: TextAreaProps) => {
  const id = useId();
  const about = error ?? hint;
  return (
    <div>
      <label htmlFor={id} className="mb-1 block text-[13px] font-medium">
        {label}
      </label>
      <textarea
        id={id}
        aria-invalid={error !== undefined}
        aria-describedby={about === undefined ? undefined : `${id}-about`}
        className={cn(
          "block w-full resize-y rounded-lg border bg-ground px-3 py-2 max-md:text-base",
          error === undefined ? "border-line-strong/60" : "border-bad",
          className,
        )}
        {...rest}
      />
      {about !== undefined && (
        <p
          id={`${id}-about`}
          className={cn("mt-1 flex items-center gap-1.5 text-xs", error === undefined ? "text-muted" : "text-bad")}
        >
          {error !== undefined && <CircleAlert className="size-3.5 shrink-0" aria-hidden="true" />}
          {about}
        </p>
      )}
    </div>
  );
};
