/** The composition root: makes every room, hands each what it needs, and takes them down in the reverse order. */
import type { Address } from "@praktor/protocol/address";
import { RunningTurns } from "./agent/running-turns.ts";
import { Transfers } from "./agent/transfers.ts";
import { AuditLog } from "./audit-log.ts";
import { aborted, grace } from "./await-stop.ts";
import type { Settings } from "./config/schema.ts";
import { seedGlobalInstructions } from "./groups/global-instructions.ts";
import { hearSandboxes } from "./hear-sandboxes.ts";
import { loadInstallation } from "./installation.ts";
import { Background } from "./kit/background.ts";
import { systemClock } from "./kit/clock.ts";
import type { PassPoint } from "./kit/crash-points.ts";
import { timeSortedIds } from "./kit/ids.ts";
import type { Logger } from "./kit/logger.ts";
import { errorMessage } from "./kit/praktor-error.ts";
import { makeAgents } from "./make-agents.ts";
import { makeBus } from "./make-bus.ts";
import { makeControl } from "./make-control.ts";
import { makeNetwork } from "./make-network.ts";
import { makeSandboxApi } from "./make-sandbox-api.ts";
import { makeSandboxHost } from "./make-sandbox-host.ts";
import { makePeople } from "./make-people.ts";
import { makeScheduler } from "./make-scheduler.ts";
import { makeSpending } from "./make-spending.ts";
import { makeSwarms } from "./make-swarms.ts";
import { tokenSource } from "./make-sandboxes.ts";
import { makeVault } from "./make-vault.ts";
import { makeWeb } from "./make-web.ts";
import { LeftOutRuns } from "./scheduler/left-out-runs.ts";
import { obeyMainChat } from "./register-group.ts";
import { isRealModel, modelAccess, obstacleOf, type Obstacle } from "./model-access.ts";
import { shippedPaths } from "./paths.ts";
import { ModelHealth } from "./sandbox-api/model-health.ts";
import type { NewOutboxPart } from "./store/contract/outbox-store.ts";
import { SqliteStore } from "./store/sqlite-store.ts";
import { SystemStatus } from "./system-status.ts";
import { answerParts } from "./telegram/format/answer-parts.ts";
import { tellGroup } from "./tell-group.ts";
import { keepUp } from "./upkeep.ts";
import { HeldSecrets } from "./vault/held-secrets.ts";
import type { Redactor } from "./vault/redactor.ts";
import { version } from "./version.ts";

export interface GatewayOptions {
  /** Aborting it stops the gateway: running turns get `stop_grace`, then the rest is handed over to the next start. */
  signal: AbortSignal;
  log: Logger;
  /** Knows the settings' secrets; what else becomes known is added. */
  redactor: Redactor;
  /** Where agents of `process` sandboxes find programs. */
  path: string;
  timeZone: string | undefined;
  /** Where a test may have it killed. */
  passPoint: PassPoint;
  /** Called when everything works. */
  onStarted?: (gateway: { webUrl: string | null }) => void;
}

/** Runs until the signal aborts. Rejects when something that nothing works without cannot be had: settings, database, ports. */
export async function runGateway(settings: Settings, options: GatewayOptions): Promise<void> {
  const { log, passPoint, redactor } = options;
  const redact = (text: string): string => redactor.redact(text);
  const clock = systemClock;
  const startedAt = clock.now();
  const ids = timeSortedIds(clock);
  const shipped = shippedPaths();
  // Rooms live a little longer than the wish to stop: turns that run get their grace.
  const lifetime = new AbortController();
  await using stack = new AsyncDisposableStack();
  stack.defer(() => lifetime.abort(new DOMException("the gateway stopped", "AbortError")));
  const background = stack.use(
    new Background((error) => log.error({ error: errorMessage(error) }, "background work failed")),
  );

  const store = stack.use(await SqliteStore.open({ path: settings.store.path, clock, ids, logger: log }));
  const audit = stack.use(
    new AuditLog({
      store: store.audit,
      background,
      clock,
      logger: log,
      keepDays: settings.audit.keep_days,
      redact,
    }),
  );
  const installation = await loadInstallation(store.settings, settings.nats.account_seed, settings.store.path);
  await seedGlobalInstructions(settings.groups.base_path, shipped.globalInstructions);

  redactor.know("installation", [installation.accountSeed]);
  const vault = await makeVault(settings, {
    store,
    redactor,
    audit,
    log,
    refresh: (groupIds) => agents.renewals.refresh(groupIds),
  });

  const held = new HeldSecrets({
    redactor,
    sourcesOf: async (groupId) => [
      ...(await vault.sourcesOf(groupId)),
      ...pool.list().flatMap((one) => (one.groupId === groupId ? [tokenSource(one.sandboxId)] : [])),
    ],
  });

  const { accountSeed } = installation;
  const { bus, users, events, publish } = await makeBus(
    settings,
    { store, accountSeed, redactor, clock, log },
    stack,
    lifetime.signal,
  );

  const { host, isolates, containerAddress } = makeSandboxHost(settings, {
    installId: installation.id,
    logger: log,
    clock,
    shipped,
    path: options.path,
  });
  stack.use(host);
  const access = modelAccess(settings);
  const obstacle = (): Obstacle | null =>
    obstacleOf(access, { isolates: isolates(), allowUnisolated: settings.sandbox.allow_unisolated });

  const render = (address: Address, markdown: string): NewOutboxPart[] =>
    address.channel === "telegram"
      ? answerParts(redactor.redact(markdown), settings.telegram.max_parts).map((body) => ({ body }))
      : [];
  const running = new RunningTurns();
  const wakeDelivery = (): void => telegram?.wakeDelivery();
  const { spending, record } = await makeSpending(settings, {
    store,
    running,
    background,
    clock,
    log,
    timeZone: options.timeZone,
    render,
    publish,
    wakeDelivery,
    onMetered: (turnId) => agents.costLimit.metered(turnId),
    onRecorded: (groupId) => swarms.memberChanged(groupId),
  });
  const modelHealth = new ModelHealth(
    () => clock.now(),
    ({ level, detail }) => publish({ type: "health", component: "model", ok: level === "ok", level, detail }),
    redact,
  );

  const network = makeNetwork(settings, {
    store,
    host,
    clock,
    log,
    renewals: () => agents.renewals,
    askHost: (groupId, place, signal) => agents.hostApprovals.ask(groupId, place, signal),
  });
  stack.use(network.forwardProxy);
  const transfers = new Transfers(ids);
  const { endpoint, places } = makeSandboxApi(settings, {
    sandboxes: store.sandboxes,
    bus,
    users,
    transfers,
    access,
    modelHealth,
    spending,
    forwardProxy: network.forwardProxy,
    networkOf: network.networkOf,
    redactor,
    audit,
    clock,
    log,
    onCall: record,
    secretsOf: vault.secretsOf,
  });
  stack.use(endpoint);

  const tell = tellGroup({ store, render, publish, wakeDelivery });
  const leftOut = new LeftOutRuns({
    runs: store.runs,
    settings: store.settings,
    today: () => spending.today(),
    tell,
  });
  const agents = makeAgents(settings, {
    store,
    bus,
    host,
    users,
    places,
    transfers,
    running,
    background,
    clock,
    ids,
    log,
    lifetime: lifetime.signal,
    networkOf: network.networkOf,
    epoch: installation.epoch,
    access,
    obstacle,
    refusal: async (turn) => {
      const detail = await spending.refusal(turn.groupId);
      if (detail !== null) return { code: "budget", detail, isKnown: await leftOut.isKnown(turn, detail) };
      await leftOut.mayRun(turn);
      return null;
    },
    timeZone: options.timeZone,
    publish,
    render,
    telegram: () => telegram,
    redactor,
    held,
    isVaultLocked: vault.isLocked,
    checkSecrets: async (groupId) => void (await vault.secretsOf(groupId)),
    onTaskTurnEnded: () => scheduler.wake(),
    onGroupChanged: (groupId) => swarms.memberChanged(groupId),
    audit,
    tell,
    passPoint,
  });
  const { pool, dispatcher, assistant, workspace, facts, midTurn, approvals, toolApprovals, watch, look } = agents;
  stack.use(dispatcher);
  stack.use(agents.hostApprovals);
  const madeSwarms = makeSwarms(settings, {
    store,
    assistant,
    pool,
    sizes: agents.sizes,
    clock,
    ids,
    log,
    shippedTemplates: shipped.swarmTemplates,
    render,
    publish,
    wakeDelivery,
    redact,
    redactOwn: async (memberId, text) => (await held.of(memberId)).redact(text),
  });
  const swarms = stack.use(madeSwarms.swarms);
  const { scheduler, tasks, ipc, forgetSandboxes } = makeScheduler(settings, {
    swarms: madeSwarms.commands,
    store,
    assistant,
    running,
    background,
    clock,
    ids,
    log,
    timeZone: options.timeZone,
    render,
    publish,
    redact,
    wakeDelivery,
    status: () => status.status(),
    forgetSandbox: async ({ id, folder }) => {
      await host.forget(folder, background.signal);
      agents.sizes.forget(id);
    },
  });
  stack.use(scheduler);
  await obeyMainChat(settings.groups.main_chat_id, store.groups);
  const people = await makePeople(settings, {
    store,
    assistant,
    running,
    spending,
    workspace,
    log,
    clock,
    publish,
    approvals,
    swarms,
    commands: madeSwarms.commands,
    tasks,
    redactor,
    sourcesOf: vault.sourcesOf,
    audit,
    tell,
    passPoint,
  });
  const { telegram } = people;
  if (telegram) stack.use(telegram);
  const status = new SystemStatus({
    store,
    bus,
    host,
    clock,
    version,
    startedAt,
    activeAgents: () => pool.list().length,
    obstacle,
    model: () => modelHealth.state(),
    telegram: () => telegram?.health() ?? null,
  });

  hearSandboxes(bus, { facts, pool, toolApprovals, midTurn, ipc, members: madeSwarms.members, audit, held });

  await host.start(lifetime.signal);
  for (const warning of host.warnings) log.warn({}, warning);
  await network.warn();
  const blocked = obstacle();
  if (blocked) log.warn({}, blocked.detail);
  await agents.takeOver();
  await swarms.resume();

  await people.settingsRead();
  telegram?.start(lifetime.signal);
  const web = await makeWeb(
    settings,
    {
      uiDirectory: shipped.ui,
      version,
      epoch: installation.epoch,
      logger: log,
      clock,
      store,
      assistant,
      look,
      sizes: agents.sizes,
      status,
      tasks,
      spending,
      swarms: madeSwarms.web,
      workspace,
      network: network.forWeb,
      pairing: telegram ? people.desk : null,
      approvals,
      events,
      audit,
      vault: vault.desk,
      redactor,
      agentsReachIt: host.kind === "process" && isRealModel(access),
      containerAddress,
    },
    lifetime.signal,
  );
  if (web) stack.use(web);
  await web?.start(lifetime.signal);
  const control = stack.use(
    makeControl(settings, {
      log,
      audit,
      vaultDesk: vault.desk,
      installId: installation.id,
      groups: store.groups,
      pairing: telegram ? people.pairing : null,
    }),
  );
  await control.start(lifetime.signal);

  const prune = async (): Promise<void> =>
    void (await Promise.all([
      store.prune({ forMs: settings.scheduler.keep_runs_for, ofTask: settings.scheduler.keep_runs }),
      audit.prune(),
      forgetSandboxes(),
    ]));
  keepUp(background, {
    approvals,
    hostApprovals: agents.hostApprovals,
    pool,
    reconciler: agents.reconciler,
    sizes: agents.sizes,
    watch,
    watchEveryMs: agents.watchEveryMs,
    sumUp: () => audit.sumUp(),
    prune,
  });
  scheduler.start();
  log.info(
    { ms: clock.now() - startedAt, web: web?.url, sandbox: host.kind, store: settings.store.path },
    "praktor is up",
  );
  options.onStarted?.({ webUrl: web?.url ?? null });

  await aborted(options.signal);
  scheduler.pause();
  dispatcher.pause();
  await grace(running, settings.stop_grace);
  pool.letGo();
  log.info({ running: running.size }, "praktor stops; what still runs is taken up by the next start");
}
