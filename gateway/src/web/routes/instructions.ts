/** The instructions that agents read: of all groups at `/api/instructions`, of one at `/api/groups/{id}/instructions`. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { createRoute, z } from "@hono/zod-openapi";
import { GroupId } from "@praktor/protocol/ids";
import { Instructions, InstructionsUpdate } from "@praktor/protocol/instructions";
import { readInstructions, writeInstructions } from "../group-instructions.ts";
import { jsonBody } from "../json-body.ts";
import { keepSecrets } from "../keep-secrets.ts";
import type { WebParts } from "../parts.ts";
import { requireGroup } from "../parts.ts";
import { requestSignal } from "../request-signal.ts";
import { failure, json, jsonRequest } from "../route-answers.ts";
import { timeToAnswer } from "../time-to-answer.ts";
import type { WebEnv } from "../web-env.ts";
import { createRoutes } from "../web-env.ts";

/** A stopped sandbox is started to get at a group's file. */
const answerWithinMs = 90_000;

const path = "/api/instructions";
const groupPath = "/api/groups/{id}/instructions";
const params = z.object({ id: GroupId });
const written = json(Instructions, "As it is now; 409 when the file is no longer of the named version");

const read = createRoute({
  method: "get",
  path,
  responses: { 200: json(Instructions, "The CLAUDE.md that every group's agent reads"), ...failure },
});
const write = createRoute({
  method: "put",
  path,
  middleware: jsonBody(),
  request: jsonRequest(InstructionsUpdate),
  responses: { 200: written, ...failure },
});
const readOfGroup = createRoute({
  method: "get",
  path: groupPath,
  request: { params },
  responses: { 200: json(Instructions, "The CLAUDE.md in the group's workspace"), ...failure },
});
const writeOfGroup = createRoute({
  method: "put",
  path: groupPath,
  middleware: jsonBody(),
  request: { params, ...jsonRequest(InstructionsUpdate) },
  responses: { 200: written, ...failure },
});

export function instructionRoutes(parts: WebParts): OpenAPIHono<WebEnv> {
  const { instructions, workspace, redactor } = parts;
  const kept = (sent: string, stored: string): string => keepSecrets({ text: sent }, [{ text: stored }], redactor).text;
  return createRoutes()
    .openapi(read, async (c) => c.json(await instructions.read(), 200))
    .openapi(write, async (c) => {
      const { text, version } = c.req.valid("json");
      const stored = await instructions.read();
      // Of another version it is refused for that.
      const words = stored.version === version ? kept(text, stored.text) : text;
      return c.json(await instructions.write(words, version), 200);
    })
    .openapi(readOfGroup, async (c) => {
      const group = await requireGroup(parts, c.req.valid("param").id);
      const found = await timeToAnswer(requestSignal(c.req.raw), answerWithinMs, (signal) =>
        readInstructions(workspace, group.id, signal),
      );
      return c.json(found, 200);
    })
    .openapi(writeOfGroup, async (c) => {
      const group = await requireGroup(parts, c.req.valid("param").id);
      const update = c.req.valid("json");
      const now = await timeToAnswer(requestSignal(c.req.raw), answerWithinMs, (signal) =>
        writeInstructions(workspace, group.id, { ...update, kept }, signal),
      );
      return c.json(now, 200);
    });
}
