/** The bus, who may be on it, and the events that travel over it. */
import type { PraktorEvent } from "@praktor/protocol/events";
import type { Settings } from "./config/schema.ts";
import { boundedLogger } from "./kit/bounded-logger.ts";
import type { Clock } from "./kit/clock.ts";
import type { Logger } from "./kit/logger.ts";
import { Account } from "./natsbus/account.ts";
import { Bus } from "./natsbus/bus.ts";
import { Events } from "./natsbus/events.ts";
import { SandboxUsers } from "./sandbox-api/sandbox-users.ts";
import type { Store } from "./store/contract.ts";
import { isOurField } from "./vault/our-fields.ts";
import type { Redactor } from "./vault/redactor.ts";

export interface BusParts {
  store: Pick<Store, "sandboxes" | "groups">;
  accountSeed: string;
  redactor: Redactor;
  clock: Clock;
  log: Logger;
}

export interface MadeBus {
  bus: Bus;
  users: SandboxUsers;
  events: Events;
  /** Without what is hidden. */
  publish: (event: PraktorEvent) => void;
}

/** The bus works when this returns; it belongs to `stack` from its first moment on. */
export async function makeBus(
  settings: Settings,
  { store, accountSeed, redactor, clock, log }: BusParts,
  stack: AsyncDisposableStack,
  signal: AbortSignal,
): Promise<MadeBus> {
  const account = new Account(accountSeed, clock);
  const users = new SandboxUsers(store.sandboxes, store.groups, account, settings.nats.credential_life, (filter) =>
    bus.disconnect(filter),
  );
  const { url, creds } = settings.nats;
  const bus = stack.use(
    new Bus({
      account,
      clock,
      logger: boundedLogger(log, clock, (text) => redactor.redact(text)),
      isRevoked: (userPublicKey, sandboxId) => users.isRevoked(userPublicKey, sandboxId),
      isOf: (sandboxId, groupId) => users.isOf(sandboxId, groupId),
      ...(url === undefined ? {} : { external: { url, ...(creds === undefined ? {} : { credsFile: creds }) } }),
    }),
  );
  await users.load();
  await bus.start(signal);
  const events = new Events(bus, clock);
  events.start();
  return { bus, users, events, publish: (event) => events.publish(redactor.redactDeep(event, isOurField)) };
}
