// Random client sessions for comparing two servers.

import * as fc from "fast-check";

export interface Step {
  client: number;
  send: string;
}

export interface Session {
  /** The CONNECT line of each client; undefined for one that sends none. */
  connects: (string | undefined)[];
  steps: Step[];
}

export const CLIENTS = 3;

const token = fc.constantFrom("a", "a", "b", "b", "c");
const oddSubjects = [
  "_INBOX.a",
  "a..b",
  ".a",
  "a.",
  "a.*",
  "a.>",
  "\u00e9.a",
  "\u00c3\u00a9.a",
  'a"b',
  "_R_.x",
  "_GR_.a.b",
  "$JS.ACK.a",
];
const subject = fc.oneof(
  { weight: 8, arbitrary: fc.array(token, { minLength: 1, maxLength: 3 }).map((tokens) => tokens.join(".")) },
  { weight: 1, arbitrary: fc.constantFrom(...oddSubjects) },
);
const filter = fc.oneof(
  { weight: 4, arbitrary: subject },
  { weight: 4, arbitrary: fc.constantFrom("a.*", "a.>", "*", ">", "*.b", "a.*.c", "*.*.*", "c.*", "_INBOX.*") },
  { weight: 1, arbitrary: fc.constantFrom("a.>.b", ">.a", "a..b", "a*", "*b.c", ".") },
);
const queue = fc.constantFrom("q", "q.a", "other", "_sys_");
// A queue's member is chosen at random: what counts deliveries of one subscription stays with the plain ones.
const plainSid = fc.constantFrom("1", "2", "3");
const queueSid = fc.constantFrom("q1", "q2");
const payload = fc.string({ maxLength: 12, unit: fc.constantFrom("x", "y", "\r", "\n", " ") });
const reply = fc.option(fc.constantFrom("_INBOX.a", "b", "a.a", "_R_.x"), { nil: undefined });

/** Ends whatever a session may have subscribed to. */
export const UNSUBSCRIBE_ALL = "UNSUB 1\r\nUNSUB 2\r\nUNSUB 3\r\nUNSUB q1\r\nUNSUB q2\r\n";

const operation = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(filter, plainSid).map(([filter, sid]) => `SUB ${filter} ${sid}\r\n`) },
  { weight: 3, arbitrary: fc.tuple(filter, queue, queueSid).map((words) => `SUB ${words.join(" ")}\r\n`) },
  {
    weight: 10,
    arbitrary: fc.tuple(subject, reply, payload).map(([subject, reply, body]) => publication(subject, reply, body)),
  },
  {
    weight: 4,
    arbitrary: fc
      .tuple(subject, reply, payload)
      .map(([subject, reply, body]) => headerPublication(subject, reply, body)),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(plainSid, fc.constantFrom("", " 1", " 2", " 0", " x"))
      .map(([sid, max]) => `UNSUB ${sid}${max}\r\n`),
  },
  { weight: 1, arbitrary: queueSid.map((sid) => `UNSUB ${sid}\r\n`) },
  { weight: 1, arbitrary: fc.constant(UNSUBSCRIBE_ALL) },
);

/** Lines at the edges of the protocol; most of them end the connection. Written for `max_payload` 48 and `max_control_line` 256. */
const ODDITIES = String.raw`
BOGUS\n|PUB a\n|PUB a 2x\nab\n|PUB a 2\nabcd\n|PUB a b c 2\nab\n|SUB a\n|SUB a b c d\n|UNSUB\n|UNSUB \n|HPUB a 9 2\nab\n|HPUB a 2 2\nab\n
CONNECT {\n|CONNECT []\n|CONNECT null\n|INFO {}\n|INFO x\n|+OK\n|-ERR 'x'\n|PONG\n|pub a 2\nab\n|sUb  a\t 1 \n|PUB a 0002\nab\n
PUB a 9999999999\n|PUB a -1\n|PING x\n|UNSUB 1 2 3\n|SUB\t\ta\t3\t\n|CONNECT{}\n|CONNECT {"verbose":"x"}\n|CONNECT {"protocol":2}\n
CONNECT {"no_responders":true,"headers":false}\n|CONNECT {"account":"x"}\n|CONNECT {"Verbose":true,"nobody":{}}\n|CONNECT {"echo":null}\n`
  .trim()
  .split(/[|\n]/)
  .map((line) => line.replaceAll(String.raw`\n`, "\r\n").replaceAll(String.raw`\t`, "\t"));

const oddity = fc.constantFrom(
  ...ODDITIES,
  "SUB a 1\n",
  `PUB a 60\r\n${"x".repeat(60)}\r\n`,
  `SUB ${"a".repeat(300)} 1\r\n`,
);

/** Sessions of three clients, each as one of these users (undefined names none). */
export function sessionOf(user: fc.Arbitrary<string | undefined>): fc.Arbitrary<Session> {
  const options = fc.record({
    verbose: fc.constantFrom(true, false, false),
    pedantic: fc.constantFrom(true, false, false),
    echo: fc.constantFrom(true, true, false),
    headers: fc.constantFrom(true, true, false),
    no_responders: fc.boolean(),
    user,
    pass: fc.nat(40).map((number) => (number === 7 ? "wrong" : "p")),
    protocol: fc.constant(1),
  });
  const connect = options.map((chosen) => {
    const possible = { ...chosen, no_responders: chosen.no_responders && chosen.headers };
    return `CONNECT ${JSON.stringify(possible)}\r\n`;
  });
  return fc.record({
    connects: fc.array(fc.option(connect, { nil: undefined, freq: 40 }), { minLength: CLIENTS, maxLength: CLIENTS }),
    steps: fc.array(
      fc.record({
        client: fc.nat(CLIENTS - 1),
        send: fc.oneof({ weight: 60, arbitrary: operation }, { weight: 1, arbitrary: oddity }),
      }),
      { minLength: 8, maxLength: 32, size: "max" },
    ),
  });
}

function publication(subject: string, reply: string | undefined, body: string): string {
  return `PUB ${[subject, reply, body.length].filter((word) => word !== undefined).join(" ")}\r\n${body}\r\n`;
}

function headerPublication(subject: string, reply: string | undefined, body: string): string {
  const header = "NATS/1.0\r\nA: b\r\n\r\n";
  const words = [subject, reply, header.length, header.length + body.length].filter((word) => word !== undefined);
  return `HPUB ${words.join(" ")}\r\n${header}${body}\r\n`;
}
