/** Groups: `/api/groups`. */
import type { OpenAPIHono } from "@hono/zod-openapi";
import { createRoute, z } from "@hono/zod-openapi";
import { GroupId, RowId } from "@praktor/protocol/ids";
import { ConversationView, GroupCreate, GroupUpdate, GroupView } from "@praktor/protocol/rest";
import { messageView } from "../../agent/message-view.ts";
import { PraktorError } from "../../kit/praktor-error.ts";
import type { Group } from "../../store/rows.ts";
import { jsonBody } from "../json-body.ts";
import { keepSecrets } from "../keep-secrets.ts";
import type { WebParts } from "../parts.ts";
import { requireGroup } from "../parts.ts";
import { failure, json, jsonRequest } from "../route-answers.ts";
import { conversationView, groupView } from "../views.ts";
import type { WebEnv } from "../web-env.ts";
import { createRoutes } from "../web-env.ts";

/** Marks of Markdown, which are not shown, are in it too. */
const mostOfLastWords = 500;
const params = z.object({ id: GroupId });

const list = createRoute({
  method: "get",
  path: "/api/groups",
  responses: { 200: json(z.array(GroupView), "All groups"), ...failure },
});
const create = createRoute({
  method: "post",
  path: "/api/groups",
  middleware: jsonBody(),
  request: jsonRequest(GroupCreate),
  responses: {
    201: json(GroupView, "The new group; 409 when its id or folder is taken"),
    ...failure,
  },
});
const show = createRoute({
  method: "get",
  path: "/api/groups/{id}",
  request: { params },
  responses: { 200: json(GroupView, "The group"), ...failure },
});
const update = createRoute({
  method: "put",
  path: "/api/groups/{id}",
  middleware: jsonBody(),
  request: { params, ...jsonRequest(GroupUpdate) },
  responses: { 200: json(GroupView, "The group as it is now"), ...failure },
});
const newSession = createRoute({
  method: "post",
  path: "/api/groups/{id}/conversations/{cid}/new-session",
  request: { params: z.object({ id: GroupId, cid: RowId }) },
  responses: {
    200: json(z.object({ status: z.literal("fresh") }), "The next message begins a fresh session; history stays"),
    ...failure,
  },
});
/** The same as `put`, under the name that a change of some fields usually has. */
const patch = createRoute({ ...update, method: "patch" });
const conversations = createRoute({
  method: "get",
  path: "/api/groups/{id}/conversations",
  request: { params },
  responses: { 200: json(z.array(ConversationView), "The group's threads of talk"), ...failure },
});

export function groupRoutes(parts: WebParts): OpenAPIHono<WebEnv> {
  const { store, actions, network, hub, redactor } = parts;

  async function views(groups: Group[]): Promise<GroupView[]> {
    const [activity, agents] = await Promise.all([store.groups.activity(), actions.agents()]);
    const running = new Set(agents.filter(({ status }) => status !== "stopped").map((agent) => agent.group_id));
    return await Promise.all(
      groups.map(async (group) => {
        const approvalTools = await store.approvals.tools(group.id);
        const files = await actions.filesUsed(group.id);
        const lastMessage = await newest(group);
        return groupView(group, { running, activity: activity.get(group.id), approvalTools, files, lastMessage });
      }),
    );
  }
  async function newest(group: Group): Promise<GroupView["last_message"]> {
    const [message] = await store.messages.page({ groupId: group.id, limit: 1 });
    if (!message) return null;
    const { role, sender, sender_name, text, time } = messageView(message, { groupName: group.name });
    // A secret that is cut would no longer be known as one.
    return { role, sender, sender_name, text: redactor.redact(text).slice(0, mostOfLastWords).toWellFormed(), time };
  }
  async function view(group: Group): Promise<GroupView> {
    const [only] = await views([group]);
    if (!only) throw new PraktorError("not_found", `There is no group "${group.id}".`);
    return only;
  }
  async function change(id: string, sent: GroupUpdate): Promise<GroupView> {
    const wanted = keepSecrets(sent, [await texts(id)], redactor);
    const { name, model, budget_per_day: dayBudgetUsd, network: policy, network_allow: networkAllow } = wanted;
    const { approval_tools: approvalTools, approval_hosts: approvalHosts } = wanted;
    await refuseUnasked(id, wanted);
    const group = await store.groups.update(id, {
      ...(name !== undefined && { name }),
      ...(model !== undefined && { model }),
      ...(dayBudgetUsd !== undefined && { dayBudgetUsd }),
      ...(policy !== undefined && { network: policy }),
      ...(networkAllow !== undefined && { networkAllow }),
      ...(approvalHosts !== undefined && { approvalHosts }),
    });
    if (!group) throw new PraktorError("not_found", `There is no group "${id}".`);
    const isNetwork = policy !== undefined || networkAllow !== undefined || approvalHosts !== undefined;
    if (isNetwork) await network.changed(id);
    if (approvalTools !== undefined) await store.approvals.setTools(id, [...new Set(approvalTools)]);
    hub.announce({ type: "group", groupId: id, change: "updated" });
    return await view(group);
  }

  /** Of a group, in the names of a change. */
  async function texts(id: string): Promise<GroupUpdate | null> {
    const group = await store.groups.get(id);
    if (!group) return null;
    const { name, model, networkAllow: network_allow, approvalHosts: approval_hosts } = group;
    return { name, model, network_allow, approval_hosts, approval_tools: await store.approvals.tools(id) };
  }

  /** Who names a host believes that people are asked about it: where nobody can be, that is said before anything is stored. */
  async function refuseUnasked(id: string, wanted: GroupUpdate): Promise<void> {
    if (wanted.network === undefined && wanted.approval_hosts === undefined) return;
    const group = await store.groups.get(id);
    if (!group) return;
    const policy = (wanted.network === undefined ? group.network : wanted.network) ?? network.defaultPolicy;
    const hosts = wanted.approval_hosts ?? group.approvalHosts;
    if (policy !== "open" || hosts.length === 0) return;
    throw new PraktorError(
      "invalid",
      `Under the network policy "open" nobody can be asked about hosts (approval_hosts: ${hosts.slice(0, 3).join(", ")}), as the sandbox reaches the internet without the gateway. Set network to "allowlist", or approval_hosts to [].`,
    );
  }

  return createRoutes()
    .openapi(list, async (c) => c.json(await views(await store.groups.list()), 200))
    .openapi(create, async (c) => {
      const wanted = c.req.valid("json");
      const outcome = await actions.registerGroup(wanted);
      switch (outcome.type) {
        case "created":
          return c.json(await view(outcome.group), 201);
        case "taken_id":
          throw taken("id", `There is already a group "${wanted.id}".`);
        case "taken_folder":
          throw taken("folder", `The folder "${wanted.folder}" belongs to another group.`);
        default:
          return outcome satisfies never;
      }
    })
    .openapi(show, async (c) => c.json(await view(await requireGroup(parts, c.req.valid("param").id)), 200))
    .openapi(update, async (c) => c.json(await change(c.req.valid("param").id, c.req.valid("json")), 200))
    .openapi(patch, async (c) => c.json(await change(c.req.valid("param").id, c.req.valid("json")), 200))
    .openapi(newSession, async (c) => {
      const { id, cid } = c.req.valid("param");
      if (!(await actions.newSession(id, cid))) {
        throw new PraktorError("not_found", `Group "${id}" has no conversation "${cid}".`);
      }
      return c.json({ status: "fresh" as const }, 200);
    })
    .openapi(conversations, async (c) => {
      const group = await requireGroup(parts, c.req.valid("param").id);
      return c.json((await store.conversations.list(group.id)).map(conversationView), 200);
    });
}

function taken(field: "id" | "folder", message: string): PraktorError<"taken"> {
  return new PraktorError("taken", message, { faults: [{ field, message }] });
}
