/** Sizes of files as people read them. */

const UNITS = ["KB", "MB", "GB", "TB"] as const;

/** In the units of the disk's limit, as the chat says them: powers of 1024. "1.2 of 5 GB" where both have the same, else "300 MB of 5 GB". */
export const shareOfDisk = (usedBytes: number, limitBytes: number): [used: string, limit: string] => {
  const [used, usedUnit] = binary(usedBytes);
  const [limit, limitUnit] = binary(limitBytes);
  return [usedUnit === limitUnit ? used : `${used} ${usedUnit}`, `${limit} ${limitUnit}`];
};

const binary = (bytes: number): [figures: string, unit: string] => {
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1000 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return [String(value < 10 ? Math.round(value * 10) / 10 : Math.round(value)), UNITS[unit] ?? ""];
};

/** `bytes` with a decimal unit and at most three figures: "812 B", "1.4 KB", "23 MB". */
export const fileSize = (bytes: number): string => {
  if (bytes < 1000) return `${bytes} B`;
  let value = bytes;
  let unit: string = "B";
  for (const next of UNITS) {
    if (value < 999.5) break;
    value /= 1000;
    unit = next;
  }
  return `${value < 9.95 ? value.toFixed(1) : Math.round(value)} ${unit}`;
};
