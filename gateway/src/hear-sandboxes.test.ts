/** Bytes that no runner would send, over the real bus, on every subject that a sandbox may publish to. `PRAKTOR_LONG=1` sends many more. */
import { decode } from "@nats-io/jwt";
import { AgentControlReply, AgentReady } from "@praktor/protocol/agent-control";
import { AgentOutput } from "@praktor/protocol/agent-output";
import { ToolApprovalRequest } from "@praktor/protocol/approvals";
import { ChatIpcRequest } from "@praktor/protocol/chat-ipc";
import { IpcRequest } from "@praktor/protocol/ipc";
import * as subjects from "@praktor/protocol/subjects";
import { SwarmMemberRequest } from "@praktor/protocol/swarm";
import * as fc from "fast-check";
import { expect, test, vi } from "vitest";
import { z } from "zod";
import { brokenJson, JsonSchema, valuesOf } from "./kit/testing/values-of-schema.ts";
import { PraktorError } from "./kit/praktor-error.ts";
import { HeardSandboxes } from "./testing/heard-sandboxes.ts";

const isLong = process.env["PRAKTOR_LONG"] === "1";
/** The same each time, so that a failure can be repeated; the long form draws others and says which. */
const seed = isLong ? Date.now() % 2 ** 31 : 20_261_123;
const rounds = isLong ? 17 : 2;
/** Of each subject. Fewer than wait at once, so that none is dropped unread. */
const perSubject = isLong ? 70 : 40;

/** By the last or first part of a subject: what is said there. */
const shapes: Record<string, readonly z.ZodType[]> = {
  output: [AgentOutput],
  ready: [AgentReady],
  host: [IpcRequest, IpcRequest, ChatIpcRequest, ToolApprovalRequest],
  swarm: [SwarmMemberRequest],
};

test(
  `whatever sandboxes publish where they may, nothing fails, and the next right message is answered, seed ${seed}`,
  { timeout: 300_000 },
  async () => {
    await using heard = await HeardSandboxes.start();
    const sandboxes = await Promise.all([heard.sandbox("main"), heard.sandbox("evil"), heard.member()]);
    const allowed = sandboxes.flatMap(({ client }) => publishable(client.jwt).map((subject) => ({ client, subject })));
    expect(new Set(allowed.map(({ subject }) => subject.replace(/[^.]+$/, "")))).toEqual(
      new Set([
        "agent.main.",
        "agent.evil.",
        `agent.${sandboxes[2].groupId}.`,
        "host.ipc.",
        `swarm.${sandboxes[2].swarmId ?? ""}.`,
      ]),
    );
    let sent = 0;
    let replies = 0;
    for (const { client } of sandboxes) {
      client.connection.subscribe(`${client.inboxPrefix}.forged`, { callback: () => void (replies += 1) });
    }
    for (let round = 0; round < rounds; round += 1) {
      const known = await heard.beginTurns();
      for (const { client, subject } of allowed) {
        for (const bytes of fc.sample(payloads(subject, known), { numRuns: perSubject, seed: seed + round })) {
          const reply = sent % 3 === 0 ? subjects.hostIpc("main") : `${client.inboxPrefix}.forged`;
          client.connection.publish(subject, bytes, sent % 2 === 0 ? { reply } : {});
          sent += 1;
        }
      }
      await Promise.all(sandboxes.map(({ client }) => client.connection.flush()));
      sent += await forgedReplies(heard, sandboxes[1].client.connection, perSubject);
      for (const sandbox of sandboxes) await heard.answersRightly(sandbox);
      expect(heard.errors).toEqual([]);
    }
    expect(sent).toBeGreaterThanOrEqual(isLong ? 10_000 : 700);
    // They were read and judged: about a third of them could be answered.
    await vi.waitFor(() => expect(replies).toBeGreaterThan(sent / 20), { timeout: 30_000 });
    expect(Object.keys(Object.prototype)).toEqual([]);
  },
);

/** As the server will let it: what a credential allows is asked of the credential. */
function publishable(jwt: string): string[] {
  const { nats } = decode(jwt);
  return z.object({ pub: z.object({ allow: z.array(z.string()) }) }).parse(nats).pub.allow;
}

function payloads(subject: string, known: Record<string, string>): fc.Arbitrary<string | Uint8Array> {
  const [first = "", ...others] = subject.split(".");
  const said = shapes[first] ?? shapes[others.at(-1) ?? ""] ?? [];
  expect(said).not.toEqual([]);
  return fc.oneof(
    ...said.map((schema) => ({ weight: 6, arbitrary: brokenJson(asJsonSchema(schema), { schemas: {}, known }) })),
    ...said.map((schema) => ({
      weight: 2,
      arbitrary: valuesOf(asJsonSchema(schema), { schemas: {}, known }).map((value) => JSON.stringify(value)),
    })),
    { weight: 2, arbitrary: raw },
  );
}

const raw = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.constantFrom(
    "",
    "null",
    "{",
    "[".repeat(50_000),
    `${"[".repeat(50_000)}${"]".repeat(50_000)}`,
    '{"type":'.repeat(9_000),
    "\ufeff{}",
    '"\\ud800"',
    "+OK\r\nPUB a 1\r\n",
  ),
  fc.json(),
);

const asJsonSchema = (schema: z.ZodType): JsonSchema =>
  JsonSchema.parse(z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }));

/** A sandbox is asked too, and what it replies is read by the gateway. */
async function forgedReplies(
  { bus }: HeardSandboxes,
  connection: Awaited<ReturnType<HeardSandboxes["sandbox"]>>["client"]["connection"],
  count: number,
): Promise<number> {
  const world = { schemas: {}, known: {} };
  const forged = fc.sample(fc.oneof(brokenJson(asJsonSchema(AgentControlReply), world), raw), { numRuns: count, seed });
  const subscription = connection.subscribe(subjects.agentControl("evil"), {
    callback: (_, message) => void message.respond(forged.pop() ?? ""),
  });
  await connection.flush();
  const asked = Array.from({ length: count }, async () => {
    const signal = AbortSignal.timeout(30_000);
    const ask = bus.request(subjects.agentControl("evil"), { command: "ping" }, AgentControlReply, 30_000, signal);
    return await ask.then(
      () => "read",
      (error: unknown) => (error instanceof PraktorError ? error.code : String(error)),
    );
  });
  expect(["read", "bad_reply"]).toEqual(expect.arrayContaining([...new Set(await Promise.all(asked))]));
  subscription.unsubscribe();
  return count;
}
