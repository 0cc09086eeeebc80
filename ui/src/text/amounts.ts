/** Counts and amounts of money as texts write them. */

export const compact = (count: number): string =>
  count.toLocaleString("en-GB", { notation: "compact", maximumFractionDigits: 1 });

export const plural = (count: number, one: string, many: string): string =>
  `${count.toLocaleString("en-GB")} ${count === 1 ? one : many}`;

/** What was spent: to the cent; less than that with two figures, and no cents where they are lost in the sum. */
export const cost = (usd: number): string => {
  if (usd > 0 && usd < 0.0001) return "< $0.0001";
  return dollars(usd, usd >= 10_000 ? 0 : placesOf(usd));
};

/** Both to the same place, the finer of the two; what is not yet spent is never rounded up to the limit. */
export const spentOf = (used: number, limit: number): string => {
  const places = Math.max(placesOf(limit), placesOf(used));
  const unit = 10 ** -places;
  const shown = used < limit ? Math.min(used, limit - unit) : used;
  return `${dollars(shown, places)} of ${dollars(limit, places)}`;
};

/** To the cent, or to the second figure of what is less. */
const placesOf = (usd: number): number => (usd <= 0 || usd >= 0.01 ? 2 : Math.min(4, 1 - Math.floor(Math.log10(usd))));

const dollars = (usd: number, places: number): string =>
  `$${usd.toLocaleString("en-US", { minimumFractionDigits: Math.min(2, places), maximumFractionDigits: places })}`;
