/** A group's workspace: `/api/groups/{id}/files`, file contents streamed both ways. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { createRoute, z } from "@hono/zod-openapi";
import { GroupId } from "@praktor/protocol/ids";
import { WorkspaceListing } from "@praktor/protocol/rest";
import { WorkspaceEntry, WorkspacePath } from "@praktor/protocol/workspace";
import { errorMessage } from "../../kit/praktor-error.ts";
import { answerStream } from "../answer-stream.ts";
import { boundedStream } from "../bounded-stream.ts";
import { contentDisposition } from "../content-disposition.ts";
import type { WebParts } from "../parts.ts";
import { requireGroup } from "../parts.ts";
import { failure, json } from "../route-answers.ts";
import { requestSignal } from "../request-signal.ts";
import { timeToAnswer } from "../time-to-answer.ts";
import type { WebEnv } from "../web-env.ts";
import { createRoutes } from "../web-env.ts";

/** A stopped sandbox is started to get at its files. */
const answerWithinMs = 90_000;

const params = z.object({ id: GroupId });
const contentPath = "/api/groups/{id}/files/content";
const filePath = z.object({ path: WorkspacePath.min(1, "must name a file") });
const bytes = { "application/octet-stream": { schema: z.string().openapi({ format: "binary" }) } };

const list = createRoute({
  method: "get",
  path: "/api/groups/{id}/files",
  request: { params, query: z.object({ path: WorkspacePath.default("") }) },
  responses: { 200: json(WorkspaceListing, "One directory's entries"), ...failure },
});
const read = createRoute({
  method: "get",
  path: contentPath,
  request: { params, query: filePath },
  responses: { 200: { content: bytes, description: "The file's bytes, as a download" }, ...failure },
});
const write = createRoute({
  method: "put",
  path: contentPath,
  request: { params, query: filePath },
  responses: { 201: json(WorkspaceEntry, "The file as it was written; the body is its bytes"), ...failure },
});

export function fileRoutes(parts: WebParts): OpenAPIHono<WebEnv> {
  const { workspace, maxFileBytes, logger, redactor } = parts;
  return createRoutes()
    .openapi(list, async (c) => {
      const group = await requireGroup(parts, c.req.valid("param").id);
      const { path } = c.req.valid("query");
      const { entries, truncated } = await timeToAnswer(requestSignal(c.req.raw), answerWithinMs, (signal) =>
        workspace.list(group.id, path, signal),
      );
      return c.json({ path, entries: [...entries], truncated }, 200);
    })
    .openapi(read, async (c) => {
      const group = await requireGroup(parts, c.req.valid("param").id);
      const { path } = c.req.valid("query");
      const { entry, stream } = await timeToAnswer(requestSignal(c.req.raw), answerWithinMs, (signal) =>
        workspace.read(group.id, path, signal),
      );
      // Without a length: the file may grow while it is read, and more bytes than announced would be taken for the next answer.
      c.header("Content-Type", "application/octet-stream");
      c.header("Content-Disposition", contentDisposition(redactor.redact(entry.name)));
      const { outgoing } = c.env;
      if (c.req.method !== "HEAD" && outgoing) {
        const onError = (error: unknown): void =>
          logger.warn({ err: error, groupId: group.id, path }, `a file was sent in part only: ${errorMessage(error)}`);
        return c.body(answerStream(stream, outgoing, onError), 200);
      }
      // Hono would drop the body of a HEAD without cancelling it.
      await stream.cancel();
      return c.body(null, 200);
    })
    .openapi(write, async (c) => {
      const group = await requireGroup(parts, c.req.valid("param").id);
      const { path } = c.req.valid("query");
      const body = boundedStream(c.req.raw, maxFileBytes);
      return c.json(await workspace.write(group.id, path, body, requestSignal(c.req.raw)), 201);
    });
}
