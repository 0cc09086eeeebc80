/** The words around a hit, with what matched set off. */
import type { SearchHit } from "@praktor/protocol/search";

export const Excerpt = ({ snippet }: { snippet: SearchHit["snippet"] }) => (
  <span className="line-clamp-2 text-[13px] wrap-anywhere">
    {snippet
      .map((part, place) => ({ ...part, place }))
      .map(({ text, hit, place }) =>
        hit ? (
          <mark key={place} className="rounded-sm bg-transparent font-semibold text-accent">
            {text}
          </mark>
        ) : (
          text
        ),
      )}
  </span>
);
