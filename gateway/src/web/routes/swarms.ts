/** Swarms: `/api/swarms`, their default limits: `/api/swarm-limits`, and the templates of teams: `/api/swarm-templates`. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { createRoute, z } from "@hono/zod-openapi";
import { RowId } from "@praktor/protocol/ids";
import {
  SwarmBoardEntry,
  SwarmCreate,
  SwarmLimits,
  SwarmMessageView,
  SwarmRunView,
  SwarmTeam,
  SwarmTemplateName,
  SwarmTemplateView,
} from "@praktor/protocol/swarm";
import { jsonBody } from "../json-body.ts";
import { keepSecrets } from "../keep-secrets.ts";
import type { WebParts } from "../parts.ts";
import { failure, json, jsonRequest } from "../route-answers.ts";
import type { WebEnv } from "../web-env.ts";
import { createRoutes } from "../web-env.ts";

const params = z.object({ id: RowId });
const templateParams = z.object({ name: SwarmTemplateName });
const deleted = json(z.object({ status: z.literal("deleted") }), "It is gone");

const list = createRoute({
  method: "get",
  path: "/api/swarms",
  request: { query: z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) }) },
  responses: { 200: json(z.array(SwarmRunView), "The newest runs, newest first"), ...failure },
});
const create = createRoute({
  method: "post",
  path: "/api/swarms",
  middleware: jsonBody(),
  request: jsonRequest(SwarmCreate),
  responses: { 201: json(SwarmRunView, "The run, which has begun; 400 says why it cannot run"), ...failure },
});
const show = createRoute({
  method: "get",
  path: "/api/swarms/{id}",
  request: { params },
  responses: { 200: json(SwarmRunView, "The run"), ...failure },
});
const remove = createRoute({
  method: "delete",
  path: "/api/swarms/{id}",
  request: { params },
  responses: { 200: deleted, ...failure },
});
const cancel = createRoute({
  method: "post",
  path: "/api/swarms/{id}/cancel",
  request: { params },
  responses: { 200: json(SwarmRunView, "The run, over now; one that was over before is as it was"), ...failure },
});
const replay = createRoute({
  method: "post",
  path: "/api/swarms/{id}/replay",
  request: { params },
  responses: { 201: json(SwarmRunView, "A new run with the same task and team"), ...failure },
});
const messages = createRoute({
  method: "get",
  path: "/api/swarms/{id}/messages",
  request: { params, query: z.object({ after: z.coerce.number().int().min(0).optional() }) },
  responses: { 200: json(z.array(SwarmMessageView), "What members wrote to each other, oldest first"), ...failure },
});
const board = createRoute({
  method: "get",
  path: "/api/swarms/{id}/board",
  request: { params },
  responses: { 200: json(z.array(SwarmBoardEntry), "What stands on the board"), ...failure },
});
const limits = createRoute({
  method: "get",
  path: "/api/swarm-limits",
  responses: { 200: json(SwarmLimits, "The limits of a run that asks for none"), ...failure },
});
const templates = createRoute({
  method: "get",
  path: "/api/swarm-templates",
  responses: { 200: json(z.array(SwarmTemplateView), "Templates of teams, by name"), ...failure },
});
const saveTemplate = createRoute({
  method: "put",
  path: "/api/swarm-templates/{name}",
  middleware: jsonBody(),
  request: { params: templateParams, ...jsonRequest(SwarmTeam) },
  responses: { 200: json(SwarmTemplateView, "As it is saved; 400 says why the team could not run"), ...failure },
});
const removeTemplate = createRoute({
  method: "delete",
  path: "/api/swarm-templates/{name}",
  request: { params: templateParams },
  responses: { 200: deleted, ...failure },
});

export function swarmRoutes({ swarms, redactor }: WebParts): OpenAPIHono<WebEnv> {
  /** The form is filled from any template. */
  const kept = async <Team extends SwarmCreate | SwarmTeam>(sent: Team, name: string | undefined): Promise<Team> => {
    const all = await swarms.templates();
    const own = all.filter((template) => template.name === name);
    return keepSecrets(sent, [...own, ...all.filter((template) => template.name !== name)], redactor);
  };
  return createRoutes()
    .openapi(list, async (c) => c.json(await swarms.list(c.req.valid("query").limit), 200))
    .openapi(create, async (c) => {
      const wish = c.req.valid("json");
      return c.json(await swarms.start(await kept(wish, wish.template)), 201);
    })
    .openapi(show, async (c) => c.json(await swarms.get(c.req.valid("param").id), 200))
    .openapi(remove, async (c) => {
      await swarms.remove(c.req.valid("param").id);
      return c.json({ status: "deleted" as const }, 200);
    })
    .openapi(cancel, async (c) => c.json(await swarms.cancel(c.req.valid("param").id), 200))
    .openapi(replay, async (c) => c.json(await swarms.replay(c.req.valid("param").id), 201))
    .openapi(messages, async (c) => {
      const { after } = c.req.valid("query");
      return c.json(await swarms.messages(c.req.valid("param").id, after), 200);
    })
    .openapi(board, async (c) => c.json(await swarms.board(c.req.valid("param").id), 200))
    .openapi(limits, async (c) => c.json(await swarms.limits(), 200))
    .openapi(templates, async (c) => c.json(await swarms.templates(), 200))
    .openapi(saveTemplate, async (c) => {
      const { name } = c.req.valid("param");
      return c.json(await swarms.saveTemplate(name, await kept(c.req.valid("json"), name)), 200);
    })
    .openapi(removeTemplate, async (c) => {
      await swarms.removeTemplate(c.req.valid("param").name);
      return c.json({ status: "deleted" as const }, 200);
    });
}
