/** How the whole system is, measured at the moment of asking. */
import type { Health, StatusView } from "@praktor/protocol/rest";
import { messageView } from "./agent/message-view.ts";
import type { Clock } from "./kit/clock.ts";
import { errorMessage } from "./kit/praktor-error.ts";
import type { Obstacle } from "./model-access.ts";
import type { Bus } from "./natsbus/bus.ts";
import type { SandboxHost } from "./sandbox/sandbox.ts";
import type { Store } from "./store/contract.ts";

export interface SystemStatusOptions {
  store: Store;
  bus: Bus;
  host: SandboxHost;
  clock: Clock;
  version: string;
  startedAt: number;
  activeAgents: () => number;
  obstacle: () => Obstacle | null;
  /** As the calls to it show. */
  model: () => { level: "ok" | "warn" | "bad"; detail: string };
  /** Null where Telegram is off. */
  telegram: () => { ok: boolean; detail: string } | null;
}

const healthTimeoutMs = 3_000;
const recentMessages = 10;

export class SystemStatus {
  readonly #options: SystemStatusOptions;

  constructor(options: SystemStatusOptions) {
    this.#options = options;
  }

  async health(): Promise<Health[]> {
    const { store, bus, host, telegram, obstacle, model } = this.#options;
    const bot = telegram();
    const blocked = obstacle();
    const [storeHealth, sandboxHealth] = await Promise.all([
      measured(store.health()),
      measured(host.health(AbortSignal.timeout(healthTimeoutMs))),
    ]);
    return [
      { name: "store", ...storeHealth },
      { name: "bus", ...bus.health() },
      { name: "sandbox", ...sandboxHealth },
      { name: "model", ...(blocked === null ? measuredModel(model()) : { ok: false, detail: blocked.detail }) },
      ...(bot === null ? [] : [{ name: "telegram", ...bot }]),
    ];
  }

  async status(): Promise<StatusView> {
    const { store, bus, clock, version, startedAt, activeAgents } = this.#options;
    const [health, groups, recent, pendingTasks] = await Promise.all([
      this.health(),
      store.groups.list(),
      store.messages.recent(recentMessages),
      store.tasks.pending(),
    ]);
    const monitor = bus.monitor();
    const names = new Map(groups.map((group) => [group.id, group.name]));
    return {
      status: health.every((part) => part.ok) ? "ok" : "degraded",
      version,
      active_agents: activeAgents(),
      groups_count: groups.length,
      pending_tasks: pendingTasks,
      uptime: Math.round((clock.now() - startedAt) / 1000),
      recent_messages: recent.map((message) => ({
        ...messageView(message, { groupName: names.get(message.groupId) }),
        group_id: message.groupId,
      })),
      nats: {
        embedded: bus.embedded,
        connections: monitor?.connections.length ?? 1,
        subscriptions: monitor?.subscriptions ?? 0,
        messages: monitor?.inMessages ?? 0,
      },
      health,
      timestamp: new Date(clock.now()).toISOString(),
    };
  }
}

function measuredModel({ level, detail }: ReturnType<SystemStatusOptions["model"]>): Omit<Health, "name"> {
  return { ok: level === "ok", level, detail };
}

async function measured(health: Promise<{ ok: boolean; detail: string }>): Promise<{ ok: boolean; detail: string }> {
  return await health.catch((error: unknown) => ({ ok: false, detail: errorMessage(error) }));
}
