/** Hosts that a group's people are asked about: the real questions in a real store, with turns that run and end. */
import { expect, test, vi } from "vitest";
import type { AuditEntry } from "../kit/audit.ts";
import { silentLogger } from "../kit/logger.ts";
import type { Turn } from "../store/rows.ts";
import { Approvals } from "./approvals.ts";
import { HostApprovals, type HostAnswer } from "./host-approvals.ts";
import { AgentBench } from "./testing/agent-bench.ts";

const page = { type: "page" } as const;
const never = new AbortController().signal;

class Hosts implements AsyncDisposable {
  readonly bench = new AgentBench();
  readonly audited: AuditEntry[] = [];
  readonly approvals: Approvals;
  readonly hosts: HostApprovals;

  constructor() {
    const { store, clock, running } = this.bench;
    const audit = { record: (entry: AuditEntry) => void this.audited.push(entry) };
    this.approvals = new Approvals({
      store: store.approvals,
      conversations: store.conversations,
      groups: store.groups,
      clock,
      audit,
      publish: (event) => this.bench.events.push(event),
      render: () => [],
      onOutgoing: () => {},
    });
    this.hosts = new HostApprovals({
      approvals: this.approvals,
      running,
      clock,
      audit,
      logger: silentLogger,
      patienceMs: 600_000,
    });
  }

  /** A running turn in a conversation of its own of group a. */
  async turn(): Promise<Turn> {
    const conversation = await this.bench.conversation("a");
    await this.bench.receive(conversation, "hello");
    const turn = await this.bench.store.turns.claim({ conversationId: conversation.id, epoch: 1, deadlineAt: 1e15 });
    if (!turn) throw new Error("there is no turn to claim");
    this.bench.running.begin(turn, false);
    return turn;
  }

  /** As the gateway tells it. */
  async end(turn: Turn): Promise<void> {
    this.bench.running.end(turn.id);
    this.hosts.turnEnded(turn.id);
    await this.approvals.turnEnded(turn.id);
  }

  /** The only open one, as soon as there is one, in a conversation if that is named. */
  async question(conversationId?: string): Promise<{ id: string; question: string; conversation_id: string }> {
    return await vi.waitFor(
      async () => {
        const [question, ...others] = await this.approvals.open();
        if (!question || others.length > 0 || (conversationId ?? question.conversation_id) !== question.conversation_id)
          throw new Error(`${others.length} other questions beside ${question?.conversation_id}`);
        return question;
      },
      { timeout: 20_000 },
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.hosts[Symbol.dispose]();
    await this.bench[Symbol.asyncDispose]();
  }
}

const reasonOf = (answer: HostAnswer): string => (answer.type === "refused" ? answer.reason : "allowed");

test("many connections are one question; a yes lets them all through, and later ones until the turn ends", async () => {
  await using desk = new Hosts();
  const turn = await desk.turn();
  const many = Array.from({ length: 20 }, () => desk.hosts.ask("a", "example.org", never));
  const { id, question } = await desk.question();
  expect(question).toContain("```\nexample.org\n```");
  await desk.approvals.choose(id, "allow", page);
  const answers = await Promise.all(many);
  expect(answers.every(({ type }) => type === "allowed")).toBe(true);
  const later = await desk.hosts.ask("a", "example.org", never);
  const until = later.type === "allowed" ? later.until : never;
  expect(until.aborted).toBe(false);
  expect(desk.audited.filter(({ action }) => action === "host.reach")).toMatchObject([
    { actor: { type: "agent", id: "a" }, outcome: "ok", groupId: "a", target: "example.org" },
  ]);
  await desk.end(turn);
  expect(until.aborted).toBe(true);
  expect(reasonOf(await desk.hosts.ask("a", "example.org", never))).toContain("only while a turn");
});

test("a no holds for the turn and for its host alone; the next turn asks anew", async () => {
  await using desk = new Hosts();
  const turn = await desk.turn();
  const first = desk.hosts.ask("a", "example.org", never);
  await desk.approvals.choose((await desk.question()).id, "deny", page);
  expect(reasonOf(await first)).toMatch(/^example\.org is reached only after a person's yes, and a person .* said no/);
  expect(reasonOf(await desk.hosts.ask("a", "example.org", never))).toContain("said no");
  expect(await desk.approvals.open()).toEqual([]);
  const other = desk.hosts.ask("a", "example.org:8443", never);
  expect((await desk.question()).question).toContain("example.org:8443");
  await desk.end(turn);
  expect(reasonOf(await other)).toContain("only while a turn");
  await desk.turn();
  const next = desk.hosts.ask("a", "example.org", never);
  await desk.approvals.choose((await desk.question()).id, "allow", page);
  expect((await next).type).toBe("allowed");
});

test("without a turn, and where nobody answers, it is refused and kept in the audit log", async () => {
  await using desk = new Hosts();
  expect(reasonOf(await desk.hosts.ask("a", "example.org", never))).toContain("only while a turn");
  await desk.turn();
  expect(reasonOf(await desk.hosts.ask("b", "example.org", never))).toContain("only while a turn");
  const asked = desk.hosts.ask("a", "example.org", never);
  await desk.question();
  desk.bench.clock.advance(600_001);
  await desk.approvals.expire();
  expect(reasonOf(await asked)).toContain("nobody answered");
  expect(reasonOf(await desk.hosts.ask("a", "example.org", never))).toContain("nobody answered");
  expect(desk.audited.map(({ action, outcome }) => `${action} ${outcome}`).toSorted()).toEqual([
    // The question that nobody answered.
    "approval.expire ok",
    ...Array.from({ length: 3 }, () => "host.reach refused"),
  ]);
});

test("a question outlives a connection that gave up by a minute, is then taken back, and can be asked again", async () => {
  await using desk = new Hosts();
  await desk.turn();
  const gone = new AbortController();
  const asked = desk.hosts.ask("a", "example.org", gone.signal);
  const { id } = await desk.question();
  gone.abort();
  await expect(asked).rejects.toThrow(/abort/);
  desk.bench.clock.advance(59_000);
  await desk.hosts.tidy();
  expect((await desk.question()).id).toBe(id);
  const again = desk.hosts.ask("a", "example.org", gone.signal);
  await expect(again).rejects.toThrow(/abort/);
  desk.bench.clock.advance(60_000);
  await desk.hosts.tidy();
  expect(await desk.approvals.open()).toEqual([]);
  const third = desk.hosts.ask("a", "example.org", never);
  const second = await desk.question();
  expect(second.id).not.toBe(id);
  await desk.approvals.choose(second.id, "allow", page);
  expect((await third).type).toBe("allowed");
});

test("questions that nobody waits for end in a refusal, not in asking for ever", async () => {
  await using desk = new Hosts();
  await desk.turn();
  for (let round = 0; round < 10; round += 1) {
    const gone = new AbortController();
    const asked = desk.hosts.ask("a", "example.org", gone.signal);
    await desk.question();
    gone.abort();
    await expect(asked).rejects.toThrow(/abort/);
    desk.bench.clock.advance(60_000);
    await desk.hosts.tidy();
  }
  expect(reasonOf(await desk.hosts.ask("a", "example.org", never))).toContain("asked 10 times");
  expect(await desk.approvals.open()).toEqual([]);
});

test("with several turns one question is asked, in the newest, and its answer holds for all until that one ends", async () => {
  await using desk = new Hosts();
  const older = await desk.turn();
  const newer = await desk.turn();
  const asked = desk.hosts.ask("a", "example.org", never);
  const { id } = await desk.question(newer.conversationId);
  await desk.turn();
  await desk.approvals.choose(id, "allow", page);
  expect((await asked).type).toBe("allowed");
  expect((await desk.hosts.ask("a", "example.org", never)).type).toBe("allowed");
  await desk.end(older);
  expect((await desk.hosts.ask("a", "example.org", never)).type).toBe("allowed");
});

test("when the turn of an open question ends, people are asked in one that is left", async () => {
  await using desk = new Hosts();
  const older = await desk.turn();
  const newer = await desk.turn();
  const asked = desk.hosts.ask("a", "example.org", never);
  await desk.question(newer.conversationId);
  await desk.end(newer);
  const { id } = await desk.question(older.conversationId);
  await desk.approvals.choose(id, "allow", page);
  expect((await asked).type).toBe("allowed");
});

test("another attempt of the turn asks anew, and what the former opened is closed", async () => {
  await using desk = new Hosts();
  const turn = await desk.turn();
  const first = desk.hosts.ask("a", "example.org", never);
  await desk.approvals.choose((await desk.question()).id, "allow", page);
  const answer = await first;
  desk.bench.running.end(turn.id);
  await desk.hosts.tidy();
  expect(answer.type === "allowed" && answer.until.aborted).toBe(true);
  desk.bench.running.begin({ ...turn, attempt: turn.attempt + 1 }, false);
  const second = desk.hosts.ask("a", "example.org", never);
  await desk.approvals.choose((await desk.question()).id, "deny", page);
  expect((await second).type).toBe("refused");
});

test("an answer that came while Praktor was down holds", async () => {
  await using desk = new Hosts();
  await desk.turn();
  const gone = new AbortController();
  const asked = desk.hosts.ask("a", "example.org", gone.signal);
  const { id } = await desk.question();
  gone.abort();
  await expect(asked).rejects.toThrow(/abort/);
  await desk.approvals.choose(id, "allow", page);
  const { approvals, audited } = desk;
  const { running, clock } = desk.bench;
  const audit = { record: (entry: AuditEntry) => void audited.push(entry) };
  using next = new HostApprovals({ approvals, running, clock, audit, logger: silentLogger, patienceMs: 600_000 });
  expect((await next.ask("a", "example.org", never)).type).toBe("allowed");
});

test("who waits when Praktor stops is told so", async () => {
  await using desk = new Hosts();
  await desk.turn();
  const asked = desk.hosts.ask("a", "example.org", never);
  await desk.question();
  desk.hosts[Symbol.dispose]();
  expect(reasonOf(await asked)).toContain("Praktor stops now");
  expect(reasonOf(await desk.hosts.ask("a", "example.org", never))).toContain("Praktor stops now");
});
