/** A labelled choice of a few. */
import { type ComponentProps, useId } from "react";
import { cn } from "../lib/cn.ts";

export type SelectProps = ComponentProps<"select"> & { label: string };

export const Select = ({ label, className, children, ...rest }: SelectProps) => {
  const id = useId();
  return (
    <div className="min-w-0">
      <label htmlFor={id} className="mb-1 block text-[13px] font-medium">
        {label}
      </label>
      <select
        id={id}
        className={cn(
          "h-9 w-full rounded-lg border border-line-strong/60 bg-ground px-2.5 max-md:text-base",
          className,
        )}
        {...rest}
      >
        {children}
      </select>
    </div>
  );
};
