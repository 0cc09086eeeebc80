/** What people may ask of swarms, from wherever they ask. */
import type { SwarmCreate, SwarmTeam } from "@praktor/protocol/swarm";
import type { Swarms } from "./swarms.ts";
import type { SwarmTemplates } from "./templates.ts";

export function swarmActions(swarms: Swarms, templates: SwarmTemplates) {
  return {
    list: (limit: number) => swarms.list(limit),
    get: (id: string) => swarms.get(id),
    start: (wish: SwarmCreate) => swarms.start(wish),
    cancel: (id: string) => swarms.cancel(id),
    replay: (id: string) => swarms.replay(id),
    remove: (id: string) => swarms.remove(id),
    messages: (id: string, after?: number) => swarms.messages(id, after),
    board: (id: string) => swarms.board(id),
    limits: () => Promise.resolve(swarms.limits),
    templates: () => templates.list(),
    saveTemplate: (name: string, team: SwarmTeam) => templates.save(name, team),
    removeTemplate: (name: string) => templates.remove(name),
  };
}
