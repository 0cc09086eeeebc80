/** Full-text search over all messages: `GET /api/search`. */
import { z } from "zod";
import { GroupId } from "./ids.ts";
import { MessageView } from "./rest.ts";

export const SearchHit = z.object({
  message: MessageView,
  group_id: GroupId,
  /** The words around the hit, in order; `hit` marks what matched. */
  snippet: z.array(z.object({ text: z.string(), hit: z.boolean() })),
});
export type SearchHit = z.infer<typeof SearchHit>;

/** Newest first. */
export const SearchView = z.object({ hits: z.array(SearchHit) });
export type SearchView = z.infer<typeof SearchView>;
