/** A choice of two or three views, side by side. */
import { cn } from "../lib/cn.ts";

export interface SegmentsProps<Value extends string> {
  label: string;
  value: Value;
  options: readonly { value: Value; label: string }[];
  onChange: (value: Value) => void;
}

export const Segments = <Value extends string>({ label, value, options, onChange }: SegmentsProps<Value>) => (
  <fieldset className="flex shrink-0 rounded-lg bg-raised p-0.5">
    <legend className="sr-only">{label}</legend>
    {options.map((option) => (
      <button
        key={option.value}
        type="button"
        aria-pressed={option.value === value}
        onClick={() => onChange(option.value)}
        className={cn(
          "h-7 rounded-md px-2.5 text-xs font-medium whitespace-nowrap",
          option.value === value ? "bg-panel text-text shadow-sm" : "text-muted hover:text-text",
        )}
      >
        {option.label}
      </button>
    ))}
  </fieldset>
);
