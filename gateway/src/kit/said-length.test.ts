import { expect, test } from "vitest";
import { ofSaidLength } from "./said-length.ts";

const mebibyte = new Uint8Array(1024 ** 2);

function endless(): { stream: ReadableStream<Uint8Array>; sent: () => number; cancelled: () => boolean } {
  let [sent, cancelled] = [0, false];
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => {
      sent += mebibyte.length;
      controller.enqueue(mebibyte);
    },
    cancel: () => void (cancelled = true),
  });
  return { stream, sent: () => sent, cancelled: () => cancelled };
}

test.each([{ saidBytes: 10 }, { saidBytes: 40_000_000, mostBytes: 10_000_000 }])(
  "a file that does not end is ended, and its sender is told (%j)",
  async (length) => {
    const { stream, sent, cancelled } = endless();
    const read = new Response(ofSaidLength("x.bin", stream, length)).bytes();
    await expect(read).rejects.toMatchObject({ code: "too_large", message: expect.stringContaining("x.bin was said") });
    expect(sent()).toBeLessThan(20 * 1024 ** 2);
    expect(cancelled()).toBe(true);
  },
);

test("one that grew a little while it was read comes whole", async () => {
  const read = ofSaidLength("x.log", new Blob([mebibyte, "end"]).stream(), { saidBytes: 10 });
  expect((await new Response(read).bytes()).length).toBe(mebibyte.length + 3);
});
