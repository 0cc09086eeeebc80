// The same random sessions against this server and against a real nats-server must give the same deliveries and errors.

import * as fc from "fast-check";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { NatsServer, passwordAuthenticator, type PasswordUser } from "./nats-server.ts";
import { shortStream } from "./testing/hostile-bytes.ts";
import { sessionOf, UNSUBSCRIBE_ALL, type Session, type Step } from "./testing/random-session.ts";
import { RawClient, type Frame } from "./testing/raw-client.ts";
import { isReferenceServerMissing, startReferenceServer, type ReferenceServer } from "./testing/reference-server.ts";

const RUNS = process.env["PRAKTOR_LONG"] ? 1200 : 100;
const MAX_PAYLOAD = 48;
const MAX_CONTROL_LINE = 256;

const USERS: PasswordUser[] = [
  { user: "all", password: "p" },
  {
    user: "limited",
    password: "p",
    permissions: {
      publish: { allow: ["a.>", "b", "_INBOX.>"], deny: ["a.c", "a.*.b"] },
      subscribe: { allow: ["a.>", "b q", "c.*", "_INBOX.>"], deny: ["a.b", "a.c.a", "c.a q"] },
    },
  },
  {
    user: "denied",
    password: "p",
    permissions: { publish: { deny: ["a.>"] }, subscribe: { deny: ["a.b", "b.c", "c.b", "a.c q.*"] } },
  },
  {
    user: "responder",
    password: "p",
    permissions: { subscribe: { allow: ["a.>", "b"] }, responses: { maxMessages: 2, expiresMs: 60_000 } },
  },
];

const REFERENCE_USERS = `authorization { users: [
  { user: all, password: p }
  { user: limited, password: p, permissions: {
    publish: { allow: ["a.>", "b", "_INBOX.>"], deny: ["a.c", "a.*.b"] }
    subscribe: { allow: ["a.>", "b q", "c.*", "_INBOX.>"], deny: ["a.b", "a.c.a", "c.a q"] } } }
  { user: denied, password: p, permissions: { publish: { deny: ["a.>"] }, subscribe: { deny: ["a.b", "b.c", "c.b", "a.c q.*"] } } }
  { user: responder, password: p, permissions: { subscribe: { allow: ["a.>", "b"] }, allow_responses: { max: 2, expires: "1m" } } }
] }`;

/**
 * Chance decides which member of a queue group gets a message, with its headers or, if that one knows none, without; and which of
 * two subscriptions to a reply hears that nobody answers.
 */
function withoutChance(frame: Frame, client: number): string {
  const unanswered = /^(HMSG \S+) \S+( 16 16\|NATS\/1\.0 503)/;
  if (/^H?MSG \S+ q\d /.test(frame) && !unanswered.test(frame))
    return withoutHeaders(frame).replace(/ q\d /, " queue ");
  return `${client}: ${frame.replace(unanswered, "$1$2")}`;
}

function withoutHeaders(frame: Frame): Frame {
  const parts = /^HMSG (.*?) (\d+) (\d+)\|([^]*)$/.exec(frame);
  if (parts === null) return frame;
  const [, head, headerBytes, totalBytes, bytes = ""] = parts;
  return `MSG ${head} ${Number(totalBytes) - Number(headerBytes)}|${bytes.slice(Number(headerBytes))}`;
}

/** Who may publish only answers to what it got is in no queue group: what it may then publish would be chance. */
function responderOutsideOfQueues({ connects, steps }: Session): Session {
  const plain = ({ client, send }: Step): Step => ({
    client,
    send: connects[client]?.includes('"responder"') ? send.replace(/^SUB (\S+) \S+ q(\d)/, "SUB $1 $2") : send,
  });
  return { connects, steps: steps.map(plain) };
}

const introduction = (user: string, headers = true): string =>
  `CONNECT ${JSON.stringify({ verbose: false, headers, user, pass: "p" })}\r\n`;
/** What is denied to a subscription stays denied when its client introduces itself again. */
const introducedAgain: Session = {
  connects: [introduction("limited"), introduction("all"), undefined],
  steps: [
    { client: 0, send: "SUB a.* 1\r\n" },
    { client: 0, send: "CONNECT {}\r\n" },
    { client: 1, send: "PUB a.b 0\r\n\r\n" },
  ],
};
/** A queue group of which one member knows headers and the other does not. */
const mixedQueue: Session = {
  connects: [introduction("all"), introduction("all", false), introduction("all")],
  steps: [
    ...[0, 1].map((client) => ({ client, send: "SUB a q q1\r\n" })),
    ...Array.from({ length: 20 }, () => ({
      client: 2,
      send: "HPUB a _INBOX.a 18 20\r\nNATS/1.0\r\nA: b\r\n\r\nxy\r\n",
    })),
  ],
};

/** What each client received in each step. The order within a step is left out: that of overlapping subscriptions is chance. */
async function play(port: number, { connects, steps }: Session): Promise<Frame[][]> {
  const clients: RawClient[] = [];
  for (const _ of connects) clients.push(await RawClient.open(port));
  for (const client of clients) client.take();
  const exchange = async (index: number, text: string): Promise<Frame[]> => {
    const client = clients[index];
    if (client === undefined || client.isClosed) return [];
    return (await client.exchange(text)).map((frame) => withoutChance(frame, index));
  };
  // Each says who it is before anything else.
  const transcript = await Promise.all(connects.map((send, index) => exchange(index, send ?? "")));
  for (const { client: acting, send } of steps) {
    const frames = await exchange(acting, send);
    const others = clients.keys().filter((index) => index !== acting);
    const seen = await Promise.all(others.map((index) => exchange(index, "")));
    transcript.push([...frames, ...seen.flat()].toSorted());
  }
  const open = clients.filter((client) => !client.isClosed);
  await Promise.all(open.map((client) => client.exchange(UNSUBSCRIBE_ALL)));
  // A server removes the subscriptions of a connection that it has ended a moment after it ended it.
  if (open.length < clients.length) await delay(5);
  await Promise.all(clients.map((client) => client[Symbol.asyncDispose]()));
  return transcript;
}

// Ends a line and a payload that a stream has left open, and then gives an answer that no stream gives.
const END_MARK = '_R_.end"';
const END = `\r\n${"PING\r\n".repeat(12)}PUB end _R_.end 0\r\n\r\n`;

async function playBytes(port: number, bytes: Buffer): Promise<Frame[]> {
  await using client = await RawClient.open(port);
  client.take();
  client.send(bytes.toString("latin1") + END);
  await client.waitFor((frames) => frames.some((frame) => frame.includes(END_MARK)));
  const frames = client.take().filter((frame) => frame !== "PONG" && !frame.includes(END_MARK));
  if (client.isClosed) await delay(5);
  else await client.exchange(UNSUBSCRIBE_ALL);
  return [...frames.map((frame) => withoutChance(frame, 0)), client.isClosed ? "closed" : "open"].toSorted();
}

describe.skipIf(isReferenceServerMissing())("compared with a real nats-server", () => {
  describe.each([
    { mode: "without authentication", users: undefined, config: "", user: fc.constant(undefined) },
    {
      mode: "with permissions",
      users: USERS,
      config: REFERENCE_USERS,
      user: fc.constantFrom(
        "all",
        "limited",
        "denied",
        "responder",
        "all",
        "limited",
        "denied",
        "responder",
        "limited",
        "responder",
        "nobody",
      ),
    },
  ])("$mode", ({ users, config, user }) => {
    let reference: ReferenceServer;
    let server: NatsServer;

    beforeAll(async () => {
      const limits = `max_payload: ${MAX_PAYLOAD}\nmax_control_line: ${MAX_CONTROL_LINE}`;
      reference = await startReferenceServer(`${limits}\n${config}`, AbortSignal.timeout(10_000));
      server = new NatsServer({
        listen: [{ host: "127.0.0.1", port: 0 }],
        maxPayloadBytes: MAX_PAYLOAD,
        maxControlLineBytes: MAX_CONTROL_LINE,
        ...(users && { authenticator: passwordAuthenticator(users) }),
      });
      await server.start(AbortSignal.timeout(10_000));
    });

    afterAll(async () => {
      await server[Symbol.asyncDispose]();
      await reference[Symbol.asyncDispose]();
    });

    it(
      "gives the same deliveries and the same errors",
      async () => {
        const port = server.listeners()[0]?.port ?? 0;
        const property = fc.asyncProperty(sessionOf(user).map(responderOutsideOfQueues), async (session) => {
          const [ours, theirs] = await Promise.all([play(port, session), play(reference.port, session)]);
          expect(ours).toEqual(theirs);
        });
        await fc.assert(property, { numRuns: RUNS, examples: [[introducedAgain], [mixedQueue]] });
      },
      RUNS * 1000,
    );

    it(
      "gives the same answers to damaged streams",
      async () => {
        const port = server.listeners()[0]?.port ?? 0;
        const property = fc.asyncProperty(shortStream, async (bytes) => {
          const [ours, theirs] = await Promise.all([playBytes(port, bytes), playBytes(reference.port, bytes)]);
          expect(ours).toEqual(theirs);
        });
        await fc.assert(property, { numRuns: RUNS });
      },
      RUNS * 1000,
    );
  });
});
