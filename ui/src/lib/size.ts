/** Sizes of files as people read them. */

const UNITS = ["KB", "MB", "GB", "TB"] as const;

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
