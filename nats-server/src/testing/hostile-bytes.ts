// Byte streams that no honest client sends.

import * as fc from "fast-check";
import { sessionOf } from "./random-session.ts";

export interface HostileStream {
  bytes: Buffer;
  /** Where the stream is cut into writes. */
  cuts: number[];
  /** How the connection is left. */
  ending: "end" | "reset" | "wait";
}

const EXTREMES = [
  `SUB ${"*.".repeat(1500)}* 1\r\n`,
  `SUB ${"a.".repeat(2000)}> 1\r\nPUB ${"a.".repeat(2000)}a 0\r\n\r\n`,
  `PUB ${"a".repeat(5000)} 0\r\n\r\n`,
  `PUB ${".".repeat(4000)} 0\r\n\r\n`,
  `CONNECT ${"[".repeat(4000)}\r\n`,
  `CONNECT ${'{"a":'.repeat(700)}\r\n`,
  `CONNECT {"jwt":"${"A.".repeat(1900)}"}\r\n`,
  'CONNECT {"verbose":false,"__proto__":{"headers":true},"constructor":1,"protocol":1e308}\r\n',
  "PUB a 999999999\r\n",
  "PUB a 1048576\r\nx",
  "HPUB a 999999999 999999999\r\n",
  'CONNECT {"headers":true}\r\nHPUB a 5 5\r\n\0\0\0\0\0\r\n',
  "\0".repeat(500),
  "\r\n".repeat(500),
  "PING\r\n".repeat(2000),
  "PONG\r\n".repeat(2000),
  "+OK\r\n".repeat(500),
  Array.from({ length: 2000 }, (_, index) => `SUB a.${index} ${index}\r\n`).join(""),
  Array.from({ length: 500 }, (_, index) => `SUB > ${index}\r\n`).join("") + "PUB a 10\r\n0123456789\r\n".repeat(50),
  `UNSUB ${"9".repeat(400)} ${"9".repeat(9)}\r\n`,
  "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
  "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
];

const WORDS = [
  "PUB ",
  "HPUB ",
  "SUB ",
  "UNSUB ",
  "CONNECT ",
  "INFO ",
  "-ERR ",
  "PING",
  "PONG",
  "+OK",
  "a",
  ">",
  "*",
  ".",
  "{",
  "}",
  '"',
  "0",
  "5",
  "-1",
  "1e9",
  " ",
  "\t",
  "\r",
  "\n",
  "\r\n",
  "\0",
  "\xff",
];

const noise = fc.uint8Array({ maxLength: 600 }).map((bytes) => Buffer.from(bytes));
const gibberish = fc
  .array(fc.constantFrom(...WORDS), { maxLength: 120 })
  .map((words) => Buffer.from(words.join(""), "latin1"));
const extreme = fc.constantFrom(...EXTREMES).map((text) => Buffer.from(text, "latin1"));

const session = sessionOf(fc.constantFrom(undefined, "user")).map(({ connects, steps }) =>
  Buffer.from([connects[0] ?? "", ...steps.map(({ send }) => send)].join(""), "latin1"),
);
const damage = fc.array(fc.record({ at: fc.nat(), remove: fc.nat(3), insert: fc.uint8Array({ maxLength: 3 }) }), {
  minLength: 1,
  maxLength: 8,
});
const damagedSession = fc.tuple(session, damage).map(([bytes, wounds]) => {
  let damaged = bytes;
  for (const { at, remove, insert } of wounds) {
    const position = at % (damaged.length + 1);
    damaged = Buffer.concat([damaged.subarray(0, position), Buffer.from(insert), damaged.subarray(position + remove)]);
  }
  return damaged;
});

/**
 * Streams at the edge of the protocol that fit into a server's first read.
 * Without lines that have a carriage return but do not end with one: what the reference server makes of them depends on how the network cut them.
 */
export const shortStream: fc.Arbitrary<Buffer> = fc
  .oneof(gibberish, damagedSession)
  .filter((bytes) => bytes.length < 400 && !/\r[^\n]*[^\r\n]\n/.test(bytes.toString("latin1")));

export const hostileStream: fc.Arbitrary<HostileStream> = fc.record({
  bytes: fc.oneof(
    { weight: 2, arbitrary: noise },
    { weight: 3, arbitrary: gibberish },
    { weight: 4, arbitrary: damagedSession },
    { weight: 1, arbitrary: extreme },
  ),
  cuts: fc.array(fc.nat(), { maxLength: 4 }),
  ending: fc.constantFrom("end", "end", "reset", "wait"),
});
