import { SandboxFrame } from "@praktor/protocol/sandbox-watch";
import { expect, test } from "vitest";
import { frameStream } from "./frame-stream.ts";

async function framesOf(body: ReadableStream<Uint8Array>): Promise<SandboxFrame[]> {
  const text = await new Response(body).text();
  return text
    .split("\n\n")
    .filter((event) => event !== "")
    .map((event) => SandboxFrame.parse(JSON.parse(event.replace(/^data: /, ""))));
}

test("who reads slowly loses output in the middle, is told how much, and sees the end", async () => {
  const stream = frameStream(() => {});
  for (let turn = 0; turn < 100; turn++) stream.send({ type: "log", text: "x".repeat(10_000) });
  stream.send({ type: "end" });
  stream.close();
  const frames = await framesOf(stream.body);
  const logged = frames.filter((frame) => frame.type === "log").length;
  expect(logged).toBeGreaterThan(40);
  expect(logged).toBeLessThan(60);
  expect(frames.slice(-2)).toEqual([{ type: "gap", characters: (100 - logged) * 10_000 }, { type: "end" }]);
});

test("nobody reads any more: it is said, and what is sent goes nowhere", async () => {
  let gone = false;
  const stream = frameStream(() => (gone = true));
  await stream.body.cancel();
  expect(gone).toBe(true);
  stream.send({ type: "log", text: "to nobody" });
  stream.close();
});
