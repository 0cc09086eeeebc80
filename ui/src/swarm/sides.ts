/** At which sides of two members the line between them begins and ends. Pure. */
import type { Place } from "./layout.ts";
import type { LineKind } from "./lines.ts";
import type { HandleId } from "./member-box.tsx";

export interface Sides {
  /** The line is drawn from the second to the first. */
  turned: boolean;
  sourceHandle: HandleId;
  targetHandle: HandleId;
}

/** Nearer than this counts as one column. */
const COLUMN_PX = 120;

/** Who waits is met from the left. Others: one below the other, past who stands between them, or left to right. `all` are the places of all members. */
export const sidesOf = (kind: LineKind, from: Place, to: Place, all: readonly Place[]): Sides => {
  if (kind === "directed") return { turned: false, sourceHandle: "after", targetHandle: "before" };
  if (Math.abs(from.x - to.x) >= COLUMN_PX) {
    return { turned: from.x > to.x, sourceHandle: "after", targetHandle: "before" };
  }
  const [top, bottom] = [Math.min(from.y, to.y), Math.max(from.y, to.y)];
  const between = all.some(({ x, y }) => y > top && y < bottom && Math.abs(x - from.x) < COLUMN_PX);
  const turned = from.y > to.y;
  return between
    ? { turned, sourceHandle: "after", targetHandle: "side" }
    : { turned, sourceHandle: "below", targetHandle: "above" };
};
