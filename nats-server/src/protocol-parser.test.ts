import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ProtocolHandler, Publication } from "./protocol-handler.ts";
import { ProtocolParser } from "./protocol-parser.ts";
import { sessionOf } from "./testing/random-session.ts";

/** Writes down every call as one line. */
class Recorder implements ProtocolHandler {
  readonly calls: string[] = [];
  mayBegin(): boolean {
    return true;
  }
  onConnect(json: Buffer): void {
    this.calls.push(`connect ${json.toString("latin1")}`);
  }
  onPublishArguments(publication: Publication): void {
    this.calls.push(`announced ${publication.payloadSize}`);
  }
  onPublish({ subject, reply, headerSize, payloadSize, source, start }: Publication): void {
    const payload = source.toString("latin1", start, start + payloadSize);
    this.calls.push(JSON.stringify(["publish", subject, reply, headerSize, payload]));
  }
  onSubscribe(subject: string, queue: string | undefined, sid: string): void {
    this.calls.push(JSON.stringify(["subscribe", subject, queue ?? null, sid]));
  }
  onUnsubscribe(sid: string, max: number): void {
    this.calls.push(`unsubscribe ${sid} ${max}`);
  }
  onPing(): void {
    this.calls.push("ping");
  }
  onPong(): void {
    this.calls.push("pong");
  }
  onInfo(): void {
    this.calls.push("info");
  }
  onErrorReport(): void {
    this.calls.push("error report");
  }
  onFailure(failure: string): void {
    this.calls.push(failure);
  }
}

function parse(bytes: Buffer, cuts: readonly number[]): string[] {
  const recorder = new Recorder();
  const parser = new ProtocolParser(recorder, 256);
  let from = 0;
  for (const cut of [...cuts.toSorted((left, right) => left - right), bytes.length]) {
    // Each chunk is a buffer of its own that nobody else holds, as a socket's are.
    parser.push(Buffer.from(bytes.subarray(from, cut)));
    from = cut;
  }
  return recorder.calls;
}

const EVERYTHING = Buffer.from(
  'CONNECT {"verbose":false}\r\nsub  a.b\tq  1\r\nPUB a.b 5\r\nhe\r\no\r\nHPUB a r 12 14\r\nNATS/1.0\r\n\r\nhi\r\nPUB a 0\r\n\r\nUNSUB 1 3\r\nPING\r\nPONG\r\n+OK\r\nSUB x 2\n',
  "latin1",
);

describe("ProtocolParser", () => {
  it("reads every operation", () => {
    expect(parse(EVERYTHING, [])).toEqual([
      'connect {"verbose":false}',
      '["subscribe","a.b","q","1"]',
      "announced 5",
      '["publish","a.b","",-1,"he\\r\\no"]',
      "announced 14",
      '["publish","a","r",12,"NATS/1.0\\r\\n\\r\\nhi"]',
      "announced 0",
      '["publish","a","",-1,""]',
      "unsubscribe 1 3",
      "ping",
      "pong",
      '["subscribe","x",null,"2"]',
    ]);
  });

  it("reads the same when cut once, at every byte", () => {
    const whole = parse(EVERYTHING, []);
    for (let cut = 1; cut < EVERYTHING.length; cut++) expect(parse(EVERYTHING, [cut]), `cut at ${cut}`).toEqual(whole);
  });

  it("reads the same when each byte comes alone", () => {
    expect(parse(EVERYTHING, [...EVERYTHING.keys()])).toEqual(parse(EVERYTHING, []));
  });

  it("reads random sessions the same however they are cut", () => {
    const session = sessionOf(fc.constant(undefined)).map(({ connects, steps }) =>
      Buffer.from([...connects, ...steps.map(({ send }) => send)].join(""), "latin1"),
    );
    const property = fc.property(session, fc.array(fc.nat(), { maxLength: 40 }), (bytes, numbers) => {
      const cuts = numbers.map((number) => number % (bytes.length + 1));
      expect(parse(bytes, cuts)).toEqual(parse(bytes, []));
    });
    fc.assert(property, { numRuns: 300 });
  });

  it("rejects a verb at its first wrong byte, without waiting for the line", () => {
    expect(parse(Buffer.from("PUX"), [])).toEqual(["unknown-operation"]);
  });

  it("rejects a payload that is longer than announced", () => {
    expect(parse(Buffer.from("PUB a 2\r\nabcd\r\n"), [10])).toEqual(["announced 2", "unknown-operation"]);
  });

  it("rejects a line over the limit before it ends", () => {
    expect(parse(Buffer.from(`SUB ${"a".repeat(300)}`), [20])).toEqual(["control-line-too-long"]);
    expect(parse(Buffer.from(`SUB ${"a".repeat(254)} 1\r\n`), [])).toHaveLength(1);
    expect(parse(Buffer.from(`SUB ${"a".repeat(254)} 1\r\n`), [258, 259])[0]).toMatch("subscribe");
  });

  it("reads nothing after a failure", () => {
    expect(parse(Buffer.from("PUB\r\nPING\r\n"), [])).toEqual(["unknown-operation"]);
  });
});
