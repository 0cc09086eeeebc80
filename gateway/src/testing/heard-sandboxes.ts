/** What listens to sandboxes, put together as the gateway does, on a real bus: the desks are real, sandboxes are credentials. */
import { setTimeout as delay } from "node:timers/promises";
import { join } from "node:path";
import { inspect } from "node:util";
import { IpcReply } from "@praktor/protocol/ipc";
import { FactReply } from "@praktor/protocol/agent-output";
import * as subjects from "@praktor/protocol/subjects";
import { SwarmMemberReply } from "@praktor/protocol/swarm";
import { z } from "zod";
import { Approvals } from "../agent/approvals.ts";
import { MidTurnWords } from "../agent/mid-turn-words.ts";
import { AgentBench, idleRunner } from "../agent/testing/agent-bench.ts";
import { RedactedOutput } from "../agent/redacted-output.ts";
import { ToolApprovals } from "../agent/tool-approvals.ts";
import { AuditLog } from "../audit-log.ts";
import { hearSandboxes } from "../hear-sandboxes.ts";
import { Background } from "../kit/background.ts";
import { systemClock } from "../kit/clock.ts";
import { timeSortedIds } from "../kit/ids.ts";
import { silentLogger, type Logger } from "../kit/logger.ts";
import type { Bus } from "../natsbus/bus.ts";
import { BusBench, type SandboxClient } from "../natsbus/testing/bus-bench.ts";
import { IpcDesk } from "../scheduler/ipc-desk.ts";
import { TaskDesk } from "../scheduler/task-desk.ts";
import { resultOf } from "../store/contract-fixture.ts";
import type { Turn } from "../store/rows.ts";
import { registerGroup } from "../register-group.ts";
import { MemberDesk } from "../swarm/member-desk.ts";
import { HeldSecrets } from "../vault/held-secrets.ts";
import { Redactor } from "../vault/redactor.ts";
import { memorySwarms } from "../web/testing/memory-swarms.ts";

export interface HeardSandbox {
  groupId: string;
  swarmId: string | null;
  client: SandboxClient;
}

export class HeardSandboxes implements AsyncDisposable {
  readonly errors: string[];
  readonly #redactor = redactorOfTests();
  readonly #held = new HeldSecrets({
    redactor: this.#redactor,
    sourcesOf: (groupId) => Promise.resolve(groupId === "owner" ? ["secret DOOR_PIN"] : ["secret OWN"]),
  });
  readonly #output = new RedactedOutput(this.#redactor, this.#held);
  readonly #agents = new AgentBench({ clean: (groupId, output) => this.#output.clean(groupId, output) });
  readonly #background = new Background((error) => void this.errors.push(String(error)));
  readonly #buses: BusBench;
  readonly #swarms;
  #asked = 0;

  private constructor(buses: BusBench, errors: string[], logger: Logger) {
    this.#buses = buses;
    this.errors = errors;
    const { store, running, clock, facts, pool } = this.#agents;
    this.#swarms = memorySwarms(store, clock, join("nowhere", "templates"));
    const ids = timeSortedIds(clock);
    const redactor = this.#redactor;
    const held = this.#held;
    const redact = (text: string): string => redactor.redact(text);
    const audit = new AuditLog({
      store: store.audit,
      background: this.#background,
      clock,
      logger,
      keepDays: 9,
      redact,
    });
    const places = { conversations: store.conversations, groups: store.groups };
    const quiet = { publish: () => {}, render: () => [], onOutgoing: () => {} };
    const approvals = new Approvals({ store: store.approvals, ...places, clock, audit, ...quiet });
    const rules = (groupId: string): Promise<string[]> => store.approvals.tools(groupId);
    const tasks = new TaskDesk({
      store,
      clock,
      ids,
      timezone: "UTC",
      scheduler: { wake: () => {}, runNow: () => Promise.resolve(null) },
      stopTurn: (turnId) => store.turns.requestCancel(turnId),
      removeSandbox: async () => {},
      publish: () => {},
    });
    hearSandboxes(buses.bus, {
      facts,
      pool,
      audit,
      held,
      toolApprovals: new ToolApprovals({ approvals, rules, running, logger, patienceMs: 60_000, redactor }),
      midTurn: new MidTurnWords({
        messages: store.messages,
        ...places,
        running,
        logger,
        stat: (_, path) => Promise.resolve({ path, name: path, type: "file", sizeBytes: 1, modified_ms: 1 }),
        checkFile: async () => {},
        ...quiet,
      }),
      ipc: new IpcDesk({
        clock,
        tasks,
        groups: store.groups,
        logger,
        mayManageTasks: () => Promise.resolve(true),
        approvalTools: rules,
        registerGroup: (group) =>
          registerGroup(
            group,
            undefined,
            { registerGroup: ({ id, name, folder }) => store.groups.create({ id, name, folder }) },
            store,
          ),
        say: async () => {},
        swarms: {
          start: async (groupId, wish) => ({
            id: (await this.#swarms.start({ ...wish, group_id: groupId })).id,
            text: "",
          }),
          status: () => Promise.resolve("None."),
        },
        status: () => Promise.resolve("All is well."),
      }),
      members: new MemberDesk({
        swarms: store.swarms,
        ids,
        logger,
        received: () => {},
        touch: () => {},
        publish: () => {},
        redact: async (memberId, text) => (await held.of(memberId)).redact(text),
      }),
    });
  }

  static async start(): Promise<HeardSandboxes> {
    const errors: string[] = [];
    const error = (fields: object, message: string): void => void errors.push(`${message} ${inspect(fields)}`);
    const logger = { ...silentLogger, error };
    const buses = await BusBench.start("embedded", systemClock, logger);
    return new HeardSandboxes(buses, errors, logger);
  }

  get bus(): Bus {
    return this.#buses.bus;
  }

  async sandbox(groupId: string): Promise<HeardSandbox> {
    const { store } = this.#agents;
    await store.groups.create({ id: groupId, name: groupId, folder: groupId, isMain: groupId === "main" });
    await store.approvals.setTools(groupId, ["Bash"]);
    return { groupId, swarmId: null, client: await this.#buses.sandbox(groupId) };
  }

  /** After `sandbox("main")`. */
  async member(): Promise<HeardSandbox> {
    const agents = ["one", "two"].map((role) => ({ role, prompt: "p" }));
    const run = await this.#swarms.start({ task: "Together", group_id: "main", agents });
    const groupId = run.nodes[0]?.member_id ?? "";
    return { groupId, swarmId: run.id, client: await this.#buses.sandbox(groupId, { swarmId: run.id }) };
  }

  /** A fresh turn runs in each group, and what its sandbox would know is returned by its fields' names. */
  async beginTurns(): Promise<Record<string, string>> {
    await this.#turn("main");
    const { id: turnId, conversationId } = await this.#turn("evil");
    return { turnId, conversationId, group_id: "evil", to: "two", tool: "Bash", schedule: "@daily", timezone: "UTC" };
  }

  /** The sandbox's right words, one of each kind, get their right answers. */
  async answersRightly({ groupId, swarmId, client }: HeardSandbox): Promise<void> {
    this.#asked += 1;
    const ask = async <Reply>(subject: string, words: unknown, reply: z.ZodType<Reply>): Promise<Reply> => {
      const { data } = await client.connection.request(subject, JSON.stringify(words), { timeout: 60_000 });
      return reply.parse(JSON.parse(new TextDecoder().decode(data)));
    };
    if (swarmId !== null) {
      const subject = subjects.swarmMember(swarmId, groupId);
      await ask(subject, { type: "members", payload: {} }, SwarmMemberReply.and(Answered));
      return;
    }
    const turn = await this.#turn(groupId);
    const { id: turnId, conversationId } = turn;
    const ipc = subjects.hostIpc(groupId);
    const output = subjects.agentOutput(groupId);
    await ask(ipc, { type: "list_tasks", payload: {} }, IpcReply.and(Answered));
    await ask(ipc, { type: "send_message", payload: { conversationId, text: "Nearly." } }, Answered);
    const use = { turnId, conversationId, toolUseId: `use${this.#asked}`, tool: "Read", input: "{}" };
    await ask(ipc, { type: "approve_tool", payload: use }, z.object({ status: z.literal("allowed") }));
    await ask(
      subjects.agentReady(groupId),
      { status: "ready", runner: idleRunner },
      z.object({ status: z.literal("ok") }),
    );
    for (const open of await this.#agents.store.turns.open(groupId)) {
      if (open.state !== "running") continue;
      const committed = FactReply.parse(await ask(output, { ...resultOf(open), seq: 19_999 }, FactReply));
      if (open.id === turnId && committed.status !== "committed") throw new Error(JSON.stringify(committed));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#buses[Symbol.asyncDispose]();
    await this.#background.idle();
    await this.#background[Symbol.asyncDispose]();
    await this.#agents[Symbol.asyncDispose]();
  }

  async #turn(groupId: string): Promise<Turn> {
    const agents = this.#agents;
    this.#asked += 1;
    const turn = await agents.say(await agents.conversation(groupId, `topic ${this.#asked}`), "Hello");
    const until = systemClock.now() + 60_000;
    for (;;) {
      const running = agents.running.get(turn.id);
      if (running && !running.dispatching) return running.turn;
      if (systemClock.now() > until) throw new Error(`the turn ${turn.id} of ${groupId} does not run`);
      await delay(5);
    }
  }
}

const Answered = z.looseObject({ ok: z.literal(true) });

function redactorOfTests(): Redactor {
  const redactor = new Redactor();
  redactor.know("secret OWN", ["a secret value of a test"]);
  redactor.know("secret DOOR_PIN", ["483920"]);
  return redactor;
}
