/** Where the members of a team stand in a drawing: who waits for others right of them, partners in one column. Pure. */

export interface Place {
  x: number;
  y: number;
}

interface Edge {
  from: string;
  to: string;
  kind: "directed" | "mutual";
}

const COLUMN_PX = 260;
const ROW_PX = 130;

/** By name; the lead stands right of all others. A circle, which cannot run, is drawn too. */
export const layout = (names: readonly string[], edges: readonly Edge[], lead: string | null): Map<string, Place> => {
  const columns = new Map(names.map((name) => [name, 0]));
  const column = (name: string): number => columns.get(name) ?? 0;
  // Each round moves a member one further at least, or is the last.
  for (let round = 0; round < names.length; round++) {
    let moved = false;
    for (const { from, to, kind } of edges) {
      if (!columns.has(from) || !columns.has(to)) continue;
      const least = kind === "mutual" ? column(from) : column(from) + 1;
      if (column(to) < least) {
        columns.set(to, Math.min(least, names.length));
        moved = true;
      }
      if (kind === "mutual" && column(from) < column(to)) {
        columns.set(from, column(to));
        moved = true;
      }
    }
    if (!moved) break;
  }
  if (lead !== null && columns.has(lead) && names.length > 1) {
    const others = names.filter((name) => name !== lead).map(column);
    columns.set(lead, Math.max(column(lead), Math.max(...others) + 1));
  }
  const rows = new Map<number, number>();
  const most = Math.max(0, ...[...Map.groupBy(names, column).values()].map(({ length }) => length));
  return new Map(
    names.map((name) => {
      const at = column(name);
      const row = rows.get(at) ?? 0;
      rows.set(at, row + 1);
      const inColumn = names.filter((other) => column(other) === at).length;
      return [name, { x: at * COLUMN_PX, y: (row + (most - inColumn) / 2) * ROW_PX }];
    }),
  );
};
