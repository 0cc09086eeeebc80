/** A named part of a page that scrolls by itself; it takes the focus, so that a keyboard can scroll it in every browser. */
import type { ComponentProps } from "react";

export type ScrollAreaProps = ComponentProps<"div"> & { "aria-label": string };

export const ScrollArea = (props: ScrollAreaProps) => (
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex, jsx-a11y/prefer-tag-over-role -- the focus is what this is for, and a landmark for each listing would be noise
  <div tabIndex={0} role="group" {...props} />
);
