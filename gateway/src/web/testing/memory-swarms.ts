/** Real swarms whose members' turns nobody runs. */
import { fileURLToPath } from "node:url";
import type { Clock } from "../../kit/clock.ts";
import { timeSortedIds } from "../../kit/ids.ts";
import { silentLogger } from "../../kit/logger.ts";
import type { SqliteStore } from "../../store/sqlite-store.ts";
import { swarmActions } from "../../swarm/swarm-actions.ts";
import { Swarms } from "../../swarm/swarms.ts";
import { SwarmTemplates } from "../../swarm/templates.ts";
import type { WebSwarms } from "../ports.ts";

export function memorySwarms(store: SqliteStore, clock: Clock, savedFolder: string): WebSwarms {
  const shippedFolder = fileURLToPath(new URL("../../../../config/swarms", import.meta.url));
  const templates = new SwarmTemplates({ shippedFolder, savedFolder, logger: silentLogger });
  const swarms = new Swarms({
    store,
    clock,
    ids: timeSortedIds(clock),
    logger: silentLogger,
    limits: { node_ms: 60_000, run_ms: 600_000, tokens: null, cost_usd: null },
    template: (name) => templates.find(name),
    turns: {
      received: () => {},
      open: (groupId) => store.turns.open(groupId),
      stop: (turnId) => store.turns.requestCancel(turnId),
    },
    sandboxes: { isUp: () => false, stop: () => Promise.resolve(), forget: () => Promise.resolve() },
    render: () => [],
    publish: () => {},
    redact: (text) => text,
    onSaid: () => {},
  });
  return swarmActions(swarms, templates);
}
