/** What goes between the members of a run: its edges, and who wrote to whom without one; for the drawing and the table alike. Pure. */
import type { SwarmEdge, SwarmMessageView } from "@praktor/protocol/swarm";

export type LineKind = SwarmEdge["kind"] | "said";

export interface Line {
  from: string;
  to: string;
  /** `said`: they only wrote to each other. */
  kind: LineKind;
  /** Messages from one to the other, in either direction; what goes to all is not among them. */
  count: number;
}

/** Edges first; two members have a `said` line only where they have no edge. */
export const linesOf = (edges: readonly SwarmEdge[], messages: readonly SwarmMessageView[]): Line[] => {
  const lines = new Map<string, Line>(edges.map((edge) => [pair(edge.from, edge.to), { ...edge, count: 0 }]));
  for (const { from, to } of messages) {
    if (to === null) continue;
    const line = lines.get(pair(from, to)) ?? { from, to, kind: "said", count: 0 };
    lines.set(pair(from, to), { ...line, count: line.count + 1 });
  }
  return [...lines.values()];
};

export interface Flight {
  id: number;
  /** Against the line's own direction. */
  back: boolean;
}

/** Those of these messages that travel on a line; what goes to all travels on every line of its sender. */
export const flightsOn = ({ from, to }: Pick<Line, "from" | "to">, messages: readonly SwarmMessageView[]): Flight[] =>
  messages.flatMap((message): Flight[] => {
    if (message.from === from && (message.to === to || message.to === null)) return [{ id: message.id, back: false }];
    if (message.from === to && (message.to === from || message.to === null)) return [{ id: message.id, back: true }];
    return [];
  });

/** Whether one of these messages reaches a member just now. */
export const hears = (role: string, messages: readonly SwarmMessageView[]): boolean =>
  messages.some(({ from, to }) => from !== role && (to === role || to === null));

/** How many messages a member wrote to all. */
export const toAllBy = (role: string, messages: readonly SwarmMessageView[]): number =>
  messages.filter(({ from, to }) => from === role && to === null).length;

const pair = (one: string, other: string): string => [one, other].toSorted().join(" ");
