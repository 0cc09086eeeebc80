/** The REST API of swarms: one function for each call that the pages make. */
import {
  SwarmBoardEntry,
  type SwarmCreate,
  SwarmLimits,
  SwarmMessageView,
  SwarmRunView,
  SwarmTemplateView,
} from "@praktor/protocol/swarm";
import type { SwarmTeam } from "@praktor/protocol/swarm";
import { queryOptions } from "@tanstack/react-query";
import { z } from "zod";
import { request } from "./request.ts";

const run = (id: string): string => `/api/swarms/${encodeURIComponent(id)}`;

export const createSwarm = (json: SwarmCreate): Promise<SwarmRunView> => request(SwarmRunView, "/api/swarms", { json });

export const cancelSwarm = (id: string): Promise<SwarmRunView> =>
  request(SwarmRunView, `${run(id)}/cancel`, { method: "POST" });

/** With all that it left: volumes, transcripts, messages. */
export const deleteSwarm = (id: string): Promise<{ status: "deleted" }> =>
  request(z.object({ status: z.literal("deleted") }), run(id), { method: "DELETE" });

/** A new run with the same task and team. */
export const runSwarmAgain = (id: string): Promise<SwarmRunView> =>
  request(SwarmRunView, `${run(id)}/replay`, { method: "POST" });

export const saveTemplate = (name: string, json: SwarmTeam): Promise<SwarmTemplateView> =>
  request(SwarmTemplateView, `/api/swarm-templates/${encodeURIComponent(name)}`, { method: "PUT", json });

export const swarmsQuery = queryOptions({
  queryKey: ["swarms"],
  queryFn: ({ signal }) => request(z.array(SwarmRunView), "/api/swarms", { signal }),
});

export const swarmQuery = (id: string) =>
  queryOptions({ queryKey: ["swarm", id], queryFn: ({ signal }) => request(SwarmRunView, run(id), { signal }) });

export const swarmMessagesQuery = (id: string) =>
  queryOptions({
    queryKey: ["swarm-messages", id],
    queryFn: ({ signal }) => request(z.array(SwarmMessageView), `${run(id)}/messages`, { signal }),
  });

export const swarmBoardQuery = (id: string) =>
  queryOptions({
    queryKey: ["swarm-board", id],
    queryFn: ({ signal }) => request(z.array(SwarmBoardEntry), `${run(id)}/board`, { signal }),
  });

/** Of a run that asks for none. */
export const swarmLimitsQuery = queryOptions({
  queryKey: ["swarm-limits"],
  queryFn: ({ signal }) => request(SwarmLimits, "/api/swarm-limits", { signal }),
});

export const swarmTemplatesQuery = queryOptions({
  queryKey: ["swarm-templates"],
  queryFn: ({ signal }) => request(z.array(SwarmTemplateView), "/api/swarm-templates", { signal }),
});
