/** A group's messages, read and written: `/api/groups/{id}/messages`. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { createRoute, z } from "@hono/zod-openapi";
import { GroupId, RowId } from "@praktor/protocol/ids";
import { MessageAccepted, MessageCreate, MessageView } from "@praktor/protocol/rest";
import { messageView } from "../../agent/message-view.ts";
import { PraktorError } from "../../kit/praktor-error.ts";
import { jsonBody } from "../json-body.ts";
import type { Group, Message } from "../../store/rows.ts";
import type { WebParts } from "../parts.ts";
import { requireGroup } from "../parts.ts";
import { failure, json, jsonRequest } from "../route-answers.ts";
import type { WebEnv } from "../web-env.ts";
import { createRoutes } from "../web-env.ts";

const path = "/api/groups/{id}/messages";
const params = z.object({ id: GroupId });
/** The page has one owner; which browser it was is not kept. */
const sender = "user:web";

const list = createRoute({
  method: "get",
  path,
  request: {
    params,
    query: z.object({
      limit: z.coerce.number().int().min(1).max(200).default(50),
      /** A message's id: the page ends before it. */
      before: z.coerce.number().int().positive().optional(),
      /** A message's id: the page that follows it. */
      after: z.coerce.number().int().nonnegative().optional(),
      conversation_id: RowId.optional(),
    }),
  },
  responses: { 200: json(z.array(MessageView), "The newest page, oldest first"), ...failure },
});
const create = createRoute({
  method: "post",
  path,
  middleware: jsonBody(),
  request: {
    params,
    headers: z.object({
      "idempotency-key": z
        .string()
        .regex(/^[\x21-\x7e]{1,200}$/, "must be 1 to 200 visible ASCII characters")
        .optional(),
    }),
    ...jsonRequest(MessageCreate),
  },
  responses: {
    202: json(
      MessageAccepted,
      "Stored; its turn waits or runs. A repeated Idempotency-Key gives the first answer again",
    ),
    ...failure,
  },
});

export function messageRoutes(parts: WebParts): OpenAPIHono<WebEnv> {
  const { store, actions } = parts;

  async function requireConversation(groupId: string, conversationId: string): Promise<void> {
    const conversation = await store.conversations.get(conversationId);
    if (conversation?.groupId !== groupId) {
      throw new PraktorError("not_found", `Group "${groupId}" has no conversation "${conversationId}".`);
    }
  }

  /** The work of a turn belongs to the last word of it that the page holds. */
  async function shown(messages: readonly Message[], { id: groupId, name: groupName }: Group): Promise<MessageView[]> {
    const closing = new Map<string, number>();
    for (const { id, role, turnId } of messages) if (role !== "user" && turnId !== null) closing.set(turnId, id);
    const work = await store.turns.work([...closing.keys()]);
    const notices = messages.filter(({ role }) => role === "notice").map(({ id }) => id);
    const asked = await store.approvals.ofMessages(groupId, notices);
    const approvals = new Map(asked.map((approval) => [approval.messageId, approval]));
    return messages.map((message) => {
      const done =
        message.turnId !== null && closing.get(message.turnId) === message.id ? work.get(message.turnId) : undefined;
      return messageView(message, {
        groupName,
        work: done && { steps: done.steps, duration_ms: done.durationMs },
        approval: approvals.get(message.id),
      });
    });
  }

  return createRoutes()
    .openapi(list, async (c) => {
      const group = await requireGroup(parts, c.req.valid("param").id);
      const { limit, before, after, conversation_id: conversationId } = c.req.valid("query");
      const messages = await store.messages.page({
        groupId: group.id,
        limit,
        ...(before !== undefined && { before }),
        ...(after !== undefined && { after }),
        ...(conversationId !== undefined && { conversationId }),
      });
      return c.json(await shown(messages, group), 200);
    })
    .openapi(create, async (c) => {
      const group = await requireGroup(parts, c.req.valid("param").id);
      const { text, conversation_id: conversationId, files } = c.req.valid("json");
      if (conversationId !== undefined) await requireConversation(group.id, conversationId);
      const key = c.req.valid("header")["idempotency-key"];
      const { message, turn } = await actions.submit({
        groupId: group.id,
        text,
        sender,
        ...(files !== undefined && { files }),
        ...(conversationId !== undefined && { conversationId }),
        ...(key !== undefined && { idempotencyKey: key }),
      });
      return c.json({ message_id: message.id, turn_id: turn.id, conversation_id: message.conversationId }, 202);
    });
}
