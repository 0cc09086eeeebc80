/** The whole HTTP surface as one Hono app: headers, door, routes, page, and what is said when nothing fits. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { PraktorError } from "../kit/praktor-error.ts";
import { isApi } from "./access.ts";
import { errorResponse } from "./error-response.ts";
import { guard } from "./guard.ts";
import { isSecure } from "./is-secure.ts";
import { openApiDocument, openApiPath } from "./openapi-document.ts";
import type { WebParts } from "./parts.ts";
import { auditedTask, auditTrail } from "./audit-trail.ts";
import { redactAnswers } from "./redact-answers.ts";
import { agentRoutes } from "./routes/agents.ts";
import { allowedMethods } from "./allowed-methods.ts";
import { approvalRoutes } from "./routes/approvals.ts";
import { auditRoutes } from "./routes/audit.ts";
import { eventRoutes } from "./routes/events.ts";
import { fileRoutes } from "./routes/files.ts";
import { groupNetworkRoutes } from "./routes/group-network.ts";
import { groupRoutes } from "./routes/groups.ts";
import { insightRoutes } from "./routes/insight.ts";
import { instructionRoutes } from "./routes/instructions.ts";
import { linkRoutes } from "./routes/links.ts";
import { messageRoutes } from "./routes/messages.ts";
import { pairingRoutes } from "./routes/pairing.ts";
import { searchRoutes } from "./routes/search.ts";
import { sessionRoutes } from "./routes/session.ts";
import { statusRoutes } from "./routes/status.ts";
import { swarmRoutes } from "./routes/swarms.ts";
import { taskRoutes } from "./routes/tasks.ts";
import { turnRoutes } from "./routes/turns.ts";
import { vaultRoutes } from "./routes/vault.ts";
import { watchRoutes } from "./routes/watch.ts";
import { securityHeaders } from "./security-headers.ts";
import type { StaticFiles } from "./static-files.ts";
import type { WebEnv } from "./web-env.ts";
import { createRoutes } from "./web-env.ts";

export function createApp(
  parts: WebParts,
  page: StaticFiles,
  allowedHosts: readonly string[] | undefined,
): OpenAPIHono<WebEnv> {
  const { signIn, behindProxy, logger, audit, floods, redactor } = parts;
  const app = createRoutes();
  app.use(securityHeaders());
  app.use(redactAnswers(redactor));
  app.use(auditTrail({ audit, floods, behindProxy, redact: (text) => redactor.redact(text) }));
  app.use(guard({ signIn, behindProxy, allowedHosts }));
  app.use(auditedTask((id) => parts.tasks.get(id).catch(() => null)));
  for (const routes of [
    sessionRoutes,
    statusRoutes,
    groupRoutes,
    groupNetworkRoutes,
    messageRoutes,
    searchRoutes,
    insightRoutes,
    turnRoutes,
    agentRoutes,
    watchRoutes,
    fileRoutes,
    instructionRoutes,
    eventRoutes,
    linkRoutes,
    taskRoutes,
    swarmRoutes,
    pairingRoutes,
    auditRoutes,
    vaultRoutes,
    approvalRoutes,
  ]) {
    app.route("/", routes(parts));
  }
  app.get(openApiPath, (c) => {
    const cookieName = parts.signIn.cookies.nameOf("session", isSecure(c, parts.behindProxy));
    return c.json(openApiDocument(app, parts.version, cookieName));
  });
  app.notFound(async (c) => {
    if (isApi(c.req.path)) {
      const methods = allowedMethods(app.routes, c.req.path);
      if (methods.length === 0) throw new PraktorError("not_found", `There is no ${c.req.path}.`);
      c.header("Allow", methods.join(", "));
      throw new PraktorError(
        "method_not_allowed",
        `${c.req.path} takes no ${c.req.method}, but ${methods.join(", ")}.`,
      );
    }
    if (c.req.method !== "GET" && c.req.method !== "HEAD") {
      throw new PraktorError("method_not_allowed", "The page's files can only be read.");
    }
    return page.serve(c.req.raw);
  });
  app.onError((error, c) => errorResponse(error, c, logger));
  return app;
}
