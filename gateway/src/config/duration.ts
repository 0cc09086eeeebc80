/** Durations as people write them: `30s`, `10m`, `2h`, `500ms`, `1d`; `0` for none. */

const unitMs: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds, or null when the text is no duration. */
export function parseDurationMs(text: string): number | null {
  if (text.trim() === "0") return 0;
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/.exec(text.trim());
  const factor = match?.[2] === undefined ? undefined : unitMs[match[2]];
  return match?.[1] === undefined || factor === undefined ? null : Math.round(Number(match[1]) * factor);
}
