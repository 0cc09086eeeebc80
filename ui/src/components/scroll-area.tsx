/** A named region that scrolls by itself; it takes the focus, so that a keyboard can scroll it in every browser. */
import type { ComponentProps } from "react";

export type ScrollAreaProps = ComponentProps<"section"> & { "aria-label": string };

export const ScrollArea = (props: ScrollAreaProps) => (
  // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- the focus is what this component is for
  <section tabIndex={0} {...props} />
);
