import * as fc from "fast-check";
import { expect, test } from "vitest";
import { demultiplex, makeDemultiplexer } from "./log-lines.ts";

const frame = (stream: number, bytes: Buffer): Buffer => {
  const head = Buffer.alloc(8);
  head.writeUInt8(stream, 0);
  head.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([head, bytes]);
};

test("a log that comes in any pieces reads as the log that came at once", () => {
  const texts = fc.array(fc.string({ unit: "grapheme", minLength: 1 }), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(texts, fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (parts, sizes) => {
      const log = Buffer.concat(parts.map((text) => frame(1, Buffer.from(text))));
      const read = makeDemultiplexer();
      let seen = "";
      for (let at = 0, turn = 0; at < log.length; turn++) {
        const size = sizes[turn % sizes.length] ?? 1;
        seen += read(log.subarray(at, at + size));
        at += size;
      }
      expect(seen).toBe(parts.join(""));
      expect(seen.trimEnd()).toBe(demultiplex(log));
    }),
  );
});

test("a character that a frame cuts is whole, whatever the other stream says in between", () => {
  const [first, last] = [Buffer.from("€").subarray(0, 1), Buffer.from("€").subarray(1)];
  const read = makeDemultiplexer();
  expect(read(Buffer.concat([frame(1, first), frame(2, Buffer.from("!")), frame(1, last)]))).toBe("!€");
});
