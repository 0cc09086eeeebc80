/** A line between two members in the drawing of a team, with the messages that are on their way along it. */
import { BaseEdge, type Edge, type EdgeProps, getBezierPath } from "@xyflow/react";
import { cn } from "../lib/cn.ts";
import type { Flight, LineKind } from "./lines.ts";

export interface GraphLine {
  from: string;
  to: string;
  kind: LineKind;
  label: string | null;
  /** The receiver works with what came along it. */
  active: boolean;
  refused: boolean;
  flights: readonly Flight[];
}

/** `turned`: drawn from `to` to `from`. */
export type LineEdge = Edge<{ line: GraphLine; turned: boolean }, "line">;

/** As CSS says it. */
export const colourOf = ({ refused, active, flights }: GraphLine, isChosen: boolean): string => {
  if (refused) return "var(--bad)";
  return active || isChosen || flights.length > 0 ? "var(--accent)" : "var(--line-strong)";
};

export const TeamLine = ({ data, selected, markerStart, markerEnd, ...ends }: EdgeProps<LineEdge>) => {
  const [path, labelX, labelY] = getBezierPath(ends);
  if (data === undefined) return null;
  const { line, turned } = data;
  return (
    <>
      <BaseEdge
        path={path}
        {...(markerStart === undefined ? {} : { markerStart })}
        {...(markerEnd === undefined ? {} : { markerEnd })}
        {...(line.label === null ? {} : { label: line.label, labelX, labelY })}
        style={{
          stroke: colourOf(line, selected === true),
          strokeWidth: selected === true ? 2 : 1.5,
          ...(line.kind === "said" ? { strokeDasharray: "4 4" } : {}),
        }}
      />
      {line.flights.map(({ id, back }) => (
        <circle
          key={id}
          r={5}
          className={cn("message-flight fill-accent", back !== turned && "message-flight-back")}
          style={{ offsetPath: `path("${path}")` }}
        />
      ))}
    </>
  );
};
