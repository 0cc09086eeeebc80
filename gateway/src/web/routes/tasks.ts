/** Scheduled tasks and their runs: `/api/tasks`; what a schedule would mean: `/api/schedule`. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { createRoute, z } from "@hono/zod-openapi";
import { GroupId, RowId } from "@praktor/protocol/ids";
import {
  scheduleText,
  SchedulePreview,
  TaskCreate,
  TaskRunView,
  TaskUpdate,
  TaskView,
  timeZone,
} from "@praktor/protocol/tasks";
import { jsonBody } from "../json-body.ts";
import { keepSecrets } from "../keep-secrets.ts";
import type { WebParts } from "../parts.ts";
import { failure, json, jsonRequest } from "../route-answers.ts";
import type { WebEnv } from "../web-env.ts";
import { createRoutes } from "../web-env.ts";

const params = z.object({ id: RowId });

const list = createRoute({
  method: "get",
  path: "/api/tasks",
  request: { query: z.object({ group_id: GroupId.optional() }) },
  responses: { 200: json(z.array(TaskView), "The tasks of all groups, or of one"), ...failure },
});
const create = createRoute({
  method: "post",
  path: "/api/tasks",
  middleware: jsonBody(),
  request: jsonRequest(TaskCreate),
  responses: { 201: json(TaskView, "The new task; 404 without its group"), ...failure },
});
const show = createRoute({
  method: "get",
  path: "/api/tasks/{id}",
  request: { params },
  responses: { 200: json(TaskView, "The task"), ...failure },
});
const update = createRoute({
  method: "put",
  path: "/api/tasks/{id}",
  middleware: jsonBody(),
  request: { params, ...jsonRequest(TaskUpdate) },
  responses: { 200: json(TaskView, "The task as it is now; what is left out stays"), ...failure },
});
/** The same as `put`, under the name that a change of some fields usually has. */
const patch = createRoute({ ...update, method: "patch" });
const remove = createRoute({
  method: "delete",
  path: "/api/tasks/{id}",
  request: { params },
  responses: { 200: json(z.object({ status: z.literal("deleted") }), "With its runs"), ...failure },
});
const run = createRoute({
  method: "post",
  path: "/api/tasks/{id}/run",
  request: { params },
  responses: { 202: json(TaskRunView, "The run beside the series; skipped while another is open"), ...failure },
});
const pause = createRoute({
  method: "post",
  path: "/api/tasks/{id}/pause",
  request: { params },
  responses: { 200: json(TaskView, "The task, which starts no more runs by itself"), ...failure },
});
const resume = createRoute({
  method: "post",
  path: "/api/tasks/{id}/resume",
  request: { params },
  responses: { 200: json(TaskView, "The task with its next run"), ...failure },
});
const history = createRoute({
  method: "get",
  path: "/api/tasks/{id}/history",
  request: { params, query: z.object({ limit: z.coerce.number().int().min(1).max(100).optional() }) },
  responses: { 200: json(z.array(TaskRunView), "Its runs, newest first"), ...failure },
});
const preview = createRoute({
  method: "get",
  path: "/api/schedule",
  request: { query: z.object({ schedule: scheduleText, timezone: timeZone.optional() }) },
  responses: { 200: json(SchedulePreview, "The sentence and the next five runs; 400 says what is wrong"), ...failure },
});

export function taskRoutes({ tasks, redactor }: WebParts): OpenAPIHono<WebEnv> {
  async function change(id: string, wish: TaskUpdate): Promise<TaskView> {
    return await tasks.update(id, keepSecrets(wish, [await tasks.get(id)], redactor));
  }

  return createRoutes((body) => tasks.faults(body))
    .openapi(list, async (c) => c.json(await tasks.list(c.req.valid("query").group_id), 200))
    .openapi(create, async (c) => c.json(await tasks.create(c.req.valid("json")), 201))
    .openapi(show, async (c) => c.json(await tasks.get(c.req.valid("param").id), 200))
    .openapi(update, async (c) => c.json(await change(c.req.valid("param").id, c.req.valid("json")), 200))
    .openapi(patch, async (c) => c.json(await change(c.req.valid("param").id, c.req.valid("json")), 200))
    .openapi(remove, async (c) => {
      await tasks.remove(c.req.valid("param").id);
      return c.json({ status: "deleted" as const }, 200);
    })
    .openapi(run, async (c) => c.json(await tasks.run(c.req.valid("param").id), 202))
    .openapi(pause, async (c) => c.json(await tasks.update(c.req.valid("param").id, { enabled: false }), 200))
    .openapi(resume, async (c) => c.json(await tasks.update(c.req.valid("param").id, { enabled: true }), 200))
    .openapi(history, async (c) => {
      const { limit } = c.req.valid("query");
      return c.json(await tasks.history(c.req.valid("param").id, limit), 200);
    })
    .openapi(preview, async (c) => {
      const { schedule, timezone } = c.req.valid("query");
      return c.json(tasks.preview(schedule, timezone), 200);
    });
}
