/** What a running sandbox prints and uses, as server-sent events: `/api/agents/{groupID}/watch`. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { createRoute, z } from "@hono/zod-openapi";
import { GroupId } from "@praktor/protocol/ids";
import { SandboxFrame } from "@praktor/protocol/sandbox-watch";
import { PraktorError, errorMessage } from "../../kit/praktor-error.ts";
import { frameStream } from "../frame-stream.ts";
import type { WebParts } from "../parts.ts";
import { failure } from "../route-answers.ts";
import type { WebEnv } from "../web-env.ts";
import { createRoutes } from "../web-env.ts";

/** Each holds a connection and measures by itself. */
const mostLookers = 32;

const watch = createRoute({
  method: "get",
  path: "/api/agents/{groupID}/watch",
  request: { params: z.object({ groupID: GroupId }) },
  responses: {
    200: {
      content: { "text/event-stream": { schema: SandboxFrame } },
      description: "One event for each frame, until the sandbox ends; 404 where none runs",
    },
    ...failure,
  },
});

export function watchRoutes({ actions, signIn, logger }: WebParts): OpenAPIHono<WebEnv> {
  let lookers = 0;
  return createRoutes().openapi(watch, (c) => {
    const { groupID } = c.req.valid("param");
    if (lookers >= mostLookers) {
      throw new PraktorError("busy", `${mostLookers} pages look at sandboxes already: close one and try again.`);
    }
    const caller = c.get("caller");
    const gone = new AbortController();
    const stream = frameStream(() => gone.abort(new DOMException("the client has gone", "AbortError")));
    const watching = actions.watchAgent(
      groupID,
      (frame) => {
        // Who signs out in another window looks no longer.
        if (signIn.holds(caller)) stream.send(frame);
        else gone.abort(new DOMException("signed out", "AbortError"));
      },
      gone.signal,
    );
    if (!watching) throw new PraktorError("not_found", `Group "${groupID}" has no agent that runs.`);
    lookers += 1;
    void watching
      .catch((error: unknown) => {
        if (!gone.signal.aborted)
          logger.warn({ groupId: groupID }, `a look at a sandbox ended: ${errorMessage(error)}`);
      })
      .finally(() => {
        lookers -= 1;
        stream.close();
      });
    c.header("Content-Type", "text/event-stream; charset=utf-8");
    if (c.req.method === "HEAD") {
      gone.abort(new DOMException("only asked whether it is there", "AbortError"));
      return c.body(null, 200);
    }
    return c.body(stream.body, 200);
  });
}
