/** A circle among things that wait for each other. Pure. */

/** The names along one circle, the first again at the end; null where there is none. */
export function findCycle(waits: readonly { from: string; to: string }[]): string[] | null {
  const after = new Map<string, string[]>();
  for (const { from, to } of waits) after.set(from, [...(after.get(from) ?? []), to]);
  const done = new Set<string>();
  const visit = (name: string, path: readonly string[]): string[] | null => {
    const start = path.indexOf(name);
    if (start >= 0) return [...path.slice(start), name];
    if (done.has(name)) return null;
    for (const next of after.get(name) ?? []) {
      const cycle = visit(next, [...path, name]);
      if (cycle) return cycle;
    }
    done.add(name);
    return null;
  };
  for (const name of after.keys()) {
    const cycle = visit(name, []);
    if (cycle) return cycle;
  }
  return null;
}
