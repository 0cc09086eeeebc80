/** The button, in the few forms that the pages need. */
import { cva, type VariantProps } from "class-variance-authority";
import { Slot } from "radix-ui";
import type { ComponentProps } from "react";
import { cn } from "../lib/cn.ts";

const look = cva(
  "inline-flex shrink-0 items-center justify-center gap-2 font-medium whitespace-nowrap transition-colors select-none disabled:opacity-50 [&_svg:not([class*=size-])]:size-4 [&_svg]:shrink-0",
  {
    variants: {
      variant: {
        solid: "bg-solid text-white not-disabled:hover:bg-solid-hover",
        outline: "border bg-panel text-text not-disabled:hover:bg-raised",
        ghost: "text-muted not-disabled:hover:bg-raised not-disabled:hover:text-text",
        pressed: "border border-accent/40 bg-accent-soft text-accent",
        warning: "text-warn not-disabled:hover:bg-warn/10",
        danger: "border border-bad/40 text-bad not-disabled:hover:bg-bad-soft",
      },
      size: {
        md: "h-9 rounded-lg px-3.5",
        sm: "h-8 rounded-lg px-2.5 text-[13px]",
        pill: "h-8 rounded-full px-3 text-[13px]",
        icon: "size-9 rounded-lg",
        iconSm: "size-8 rounded-lg",
      },
    },
    defaultVariants: { variant: "outline", size: "md" },
  },
);

export type ButtonProps = ComponentProps<"button"> &
  VariantProps<typeof look> & {
    /** Gives the look to the only child, such as a link. */
    asChild?: boolean;
  };

export const Button = ({ variant, size, asChild = false, className, type, ...rest }: ButtonProps) => {
  const classes = cn(look({ variant, size }), className);
  if (asChild) return <Slot.Root className={classes} {...rest} />;
  return <button type={type ?? "button"} className={classes} {...rest} />;
};
