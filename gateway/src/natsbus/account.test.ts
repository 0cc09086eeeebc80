import type { Msg, NatsConnection } from "@nats-io/nats-core";
import * as subjects from "@praktor/protocol/subjects";
import { isReferenceServerMissing } from "@praktor/nats-server/testing/reference-server";
import { swarmFolder, swarmMemberId } from "@praktor/protocol/subjects";
import * as fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { BusBench, type ServerKind } from "./testing/bus-bench.ts";

const long = process.env["PRAKTOR_LONG"] === "1";
const [publishes, subscriptions] = long ? [10_000, 1_000] : [500, 200];
const kinds: ServerKind[] = isReferenceServerMissing() ? ["embedded"] : ["embedded", "nats-server"];

const mine = new Set([subjects.agentOutput("a"), subjects.agentReady("a"), subjects.hostIpc("a")]);
const mayHear = new Set([subjects.agentInput("a"), subjects.agentControl("a")]);

/** Subjects that are not group a's: others' of every kind, near misses of its own, and what only servers speak of. */
const group = fc.constantFrom("b", "a.b", "A", "aa", "*", ">", "sandboxa", "_", "b.output");
const foreign = fc.oneof(
  fc
    .tuple(fc.constantFrom("agent", "Agent", "agent.a"), group, fc.constantFrom("input", "output", "control", "ready"))
    .map((tokens) => tokens.join(".")),
  group.map((id) => `host.ipc.${id}`),
  fc.constantFrom("host.ipc", "host.>", "host.ipc.a.b", "agent.a", "agent.a.output.x", "agent.a.*", "agent.*.output"),
  fc.tuple(group, group).map(([swarm, member]) => `swarm.${swarm}.${member}`),
  fc.constantFrom("events.agent.a", "events.system", "events.task.1", "events.>", ">", "*", "*.*.*"),
  fc.constantFrom(
    "_INBOX.abc.1",
    "_INBOX.>",
    "_INBOX_sandboxb.1.2",
    "_INBOX_sandboxb.>",
    "_INBOX_*.>",
    "_INBOX_sandboxa",
  ),
  fc.constantFrom("$SYS.REQ.SERVER.PING", "$SYS.>", "$JS.API.INFO", "_R_.x", "$SYS.REQ.USER.INFO.x"),
  fc
    .array(fc.constantFrom("agent", "a", "b", "host", "ipc", "output", "swarm"), { minLength: 1, maxLength: 5 })
    .map((tokens) => tokens.join(".")),
);
const unspeakable = fc.constantFrom(subjects.agentInput("a"), subjects.agentControl("a"), "_INBOX_sandboxa.x");

/** What a client hears from its subscription; refused ones end at once. */
function listen(connection: NatsConnection, subject: string, heard: string[]): void {
  connection.subscribe(subject, {
    callback: (error: Error | null, message: Msg) => {
      if (!error) heard.push(message.subject);
    },
  });
}

describe.each(kinds)("a sandbox's credential on %s", (kind) => {
  test(`of ${publishes} publishes to what is not its own none arrives`, async () => {
    await using bench = await BusBench.start(kind);
    const witness = await bench.witness();
    const heard: string[] = [];
    listen(witness, ">", heard);
    await witness.flush();
    const { connection } = await bench.sandbox("a");
    const tried = fc
      .sample(fc.oneof({ weight: 9, arbitrary: foreign }, { weight: 1, arbitrary: unspeakable }), publishes + 2_000)
      .filter((subject) => !mine.has(subject))
      .slice(0, publishes);
    expect(tried).toHaveLength(publishes);
    for (const subject of tried) connection.publish(subject, "forged");
    await connection.flush();
    // The end of it all, so that silence is not mere slowness.
    for (const subject of mine) connection.publish(subject, "true");
    await connection.flush();
    await vi.waitFor(() => expect(heard).toHaveLength(mine.size));
    expect(new Set(heard)).toEqual(mine);
    // The embedded server reads a flood only at the rate that a sandbox is allowed.
  }, 90_000);

  test("a swarm's member speaks on its own subject of its own swarm: 1,000 times elsewhere, never heard", async () => {
    await using bench = await BusBench.start(kind);
    const witness = await bench.witness();
    const heard: string[] = [];
    listen(witness, ">", heard);
    await witness.flush();
    const swarmId = "0mf3k2x9a0123456789abcdef";
    const own = swarmFolder(swarmId);
    const me = swarmMemberId(swarmId, "writer");
    const { connection } = await bench.sandbox(me, { swarmId });
    const swarm = fc.constantFrom(swarmId, own, "0mf3k2x9a0123456789abcdee", "sw-other", "*", ">", `${swarmId}.x`);
    const member = fc.oneof(
      fc.constantFrom(
        me,
        `${own}-critic`,
        `${own}-write`,
        `${me}s`,
        `${own}-*`,
        "*",
        ">",
        "sw-89abcdee-writer",
        `${me}.x`,
      ),
      fc.stringMatching(/^[a-z0-9-]{1,20}$/),
    );
    const asHost = fc.constantFrom(
      subjects.hostIpc(me),
      subjects.agentInput(`${own}-critic`),
      subjects.agentOutput(`${own}-critic`),
      subjects.swarmEvents(swarmId),
    );
    const anywhere = fc.oneof(
      { weight: 9, arbitrary: fc.tuple(swarm, member).map(([a, b]) => `swarm.${a}.${b}`) },
      asHost,
    );
    const mySubject = subjects.swarmMember(swarmId, me);
    const tried = fc.sample(anywhere, 1_300).filter((subject) => subject !== mySubject);
    expect(tried.length).toBeGreaterThanOrEqual(1_000);
    for (const subject of tried) connection.publish(subject, "forged");
    connection.publish(mySubject, "true");
    await connection.flush();
    await vi.waitFor(() => expect(heard).toContain(mySubject));
    expect(heard).toEqual([mySubject]);
  });

  test(`of ${subscriptions} subscriptions to what is not its own none hears`, async () => {
    await using bench = await BusBench.start(kind);
    const witness = await bench.witness();
    const { connection } = await bench.sandbox("a");
    const heard: string[] = [];
    const tried = fc
      .sample(
        fc.oneof({ weight: 9, arbitrary: foreign }, { weight: 1, arbitrary: fc.constantFrom(...mine) }),
        subscriptions + 500,
      )
      .filter((subject) => !mayHear.has(subject))
      .slice(0, subscriptions);
    expect(tried).toHaveLength(subscriptions);
    for (const subject of tried) listen(connection, subject, heard);
    await connection.flush();
    const spoken = new Set([...tried, ...mine, "agent.b.output", "agent.b.input", "agent.b.control", "host.ipc.b"]);
    for (const subject of spoken) {
      if (!/[*>]/.test(subject) && !mayHear.has(subject) && !subject.startsWith("$"))
        witness.publish(subject, "secret");
    }
    await witness.flush();
    const own: string[] = [];
    for (const subject of mayHear) listen(connection, subject, own);
    await connection.flush();
    for (const subject of mayHear) witness.publish(subject, "for a");
    await vi.waitFor(() => expect(own).toHaveLength(mayHear.size));
    expect(heard).toEqual([]);
  });

  test("nobody can have the gateway speak where he may not: it replies into his own private inbox only", async () => {
    await using bench = await BusBench.start(kind);
    bench.bus.subscribe(subjects.allAgentOutput, ({ reply }) => Promise.resolve(reply?.({ status: "committed" })));
    const witness = await bench.witness();
    await witness.flush();
    const heard: string[] = [];
    listen(witness, ">", heard);
    await witness.flush();
    const { connection, inboxPrefix } = await bench.sandbox("a");
    const other = await bench.sandbox("b");
    const earlier = await bench.sandbox("c", { sandboxId: "sandboxa-1" });
    for (const reply of [
      `${other.inboxPrefix}.1`,
      `${other.inboxPrefix}.1.2`,
      `${earlier.inboxPrefix}.1`,
      "_INBOX_sandboxz.1",
      "agent.b.input",
      "agent.b.control",
      "host.ipc.b",
      "events.system",
      "_INBOX.guess.1",
      "_INBOX_x.>",
    ]) {
      connection.publish("agent.a.output", "{}", { reply });
    }
    connection.publish("agent.a.output", "{}", { reply: `${inboxPrefix}.1` });
    await vi.waitFor(() => expect(heard).toContain(`${inboxPrefix}.1`));
    expect(heard.filter((subject) => subject !== "agent.a.output")).toEqual([`${inboxPrefix}.1`]);
  });

  test("it may answer a request once, and reach nothing else by it", async () => {
    await using bench = await BusBench.start(kind);
    const witness = await bench.witness();
    const { connection } = await bench.sandbox("a");
    connection.subscribe("agent.a.control", {
      callback: (_error, message) => {
        message.respond("first");
        message.respond("second");
      },
    });
    await connection.flush();
    const heard: string[] = [];
    listen(witness, "answers.>", heard);
    witness.publish("agent.a.control", "{}", { reply: "answers.1" });
    await vi.waitFor(() => expect(heard).toEqual(["answers.1"]));
    connection.publish("answers.1", "third");
    connection.publish("answers.2", "forged");
    await connection.flush();
    await witness.flush();
    expect(heard).toEqual(["answers.1"]);
  });

  test("it ends when its time is over", async () => {
    // The time in a JWT is of whole seconds, rounded up.
    await using bench = await BusBench.start(kind);
    const { connection } = await bench.sandbox("a", { lifeMs: 1_000 });
    const closed = await connection.closed();
    expect(String(closed)).toMatch(/expired|authentication/i);
    await expect(bench.sandbox("a", { lifeMs: -5_000 })).rejects.toThrow(/authorization|expired|authentication/i);
  });
});

test("nobody comes in without a credential, with a revoked one, or with another installation's", async () => {
  await using bench = await BusBench.start("embedded");
  await using other = await BusBench.start("embedded");
  const { connection, userPublicKey } = await bench.sandbox("a");
  bench.revoked.add(userPublicKey);
  bench.bus.disconnect({ userPublicKey });
  await connection.closed();
  expect(bench.bus.monitor()?.connections.map(({ userPublicKey: user }) => user)).not.toContain(userPublicKey);

  other.address = bench.address;
  await expect(other.sandbox("a")).rejects.toThrow(/authorization|authentication/i);
});
