/** Search over all messages: `/api/search`. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { createRoute, z } from "@hono/zod-openapi";
import { GroupId } from "@praktor/protocol/ids";
import { SearchView } from "@praktor/protocol/search";
import { messageView } from "../../agent/message-view.ts";
import type { WebParts } from "../parts.ts";
import { requireGroup } from "../parts.ts";
import { failure, json } from "../route-answers.ts";
import type { WebEnv } from "../web-env.ts";
import { createRoutes } from "../web-env.ts";

const search = createRoute({
  method: "get",
  path: "/api/search",
  request: {
    query: z.object({
      q: z.string().max(500),
      group_id: GroupId.optional(),
      limit: z.coerce.number().int().min(1).max(100).default(20),
    }),
  },
  responses: {
    200: json(SearchView, "Messages with words that begin like those of the query, newest first"),
    ...failure,
  },
});

/** In UTF-16 units. */
const longestBeginning = 200;

type Snippet = SearchView["hits"][number]["snippet"];

export function searchRoutes(parts: WebParts): OpenAPIHono<WebEnv> {
  const { store, redactor } = parts;
  /** A snippet is cut out of the message, and into pieces: the half of a secret is not known any more. */
  const cleaned = (content: string, snippet: Snippet): Snippet => {
    const clean = redactor.redact(content);
    if (clean === content) return snippet;
    const beginning = clean.slice(0, longestBeginning).toWellFormed();
    return [{ text: clean.length > longestBeginning ? `${beginning}…` : beginning, hit: false }];
  };
  return createRoutes().openapi(search, async (c) => {
    const { q, group_id: groupId, limit } = c.req.valid("query");
    if (groupId !== undefined) await requireGroup(parts, groupId);
    const found = await store.messages.search({ query: q, limit, ...(groupId !== undefined && { groupId }) });
    const names = new Map((await store.groups.list()).map((group) => [group.id, group.name]));
    const hits = found.map(({ message, snippet }) => ({
      message: messageView(message, { groupName: names.get(message.groupId) }),
      group_id: message.groupId,
      snippet: cleaned(message.content, snippet),
    }));
    return c.json({ hits }, 200);
  });
}
