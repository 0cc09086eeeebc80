/** Counts and amounts of money as texts write them. */

export const compact = (count: number): string =>
  count.toLocaleString("en-GB", { notation: "compact", maximumFractionDigits: 1 });

export const dollars = (usd: number): string =>
  `$${usd.toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;

export const plural = (count: number, one: string, many: string): string =>
  `${count.toLocaleString("en-GB")} ${count === 1 ? one : many}`;

/** Of less than a cent: so much is known. */
export const cost = (usd: number): string => (usd > 0 && usd < 0.01 ? "< $0.01" : dollars(usd));
