/** No byte of a known secret goes by in a file, however the file is cut and the secret is written. */
import { randomBytes } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { assertNoSecrets, cleanStream, secretSource, withoutSecrets } from "./file-guard.ts";
import { Redactor } from "./redactor.ts";

const value = "tok3n-Value/with+sign";
const redactor = new Redactor();
redactor.know(secretSource("API_TOKEN"), [value]);
redactor.know(secretSource("OTHER"), ["another s3cret, größer"]);
redactor.know("settings", ["sk-the-model-key"]);

async function* pieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.subarray(at, at + size));
}

/** What came out, and why no more did. */
async function sent(bytes: Uint8Array, size: number): Promise<{ out: Buffer; problem: string | null }> {
  const out: Uint8Array[] = [];
  try {
    for await (const piece of withoutSecrets("report.txt", pieces(bytes, size), redactor)) out.push(piece);
    return { out: Buffer.concat(out), problem: null };
  } catch (error) {
    return { out: Buffer.concat(out), problem: error instanceof Error ? error.message : String(error) };
  }
}

const forms = [
  value,
  Buffer.from(value).toString("base64"),
  Buffer.from(value).toString("hex"),
  encodeURIComponent(value),
];

test("wherever a secret stands, in whatever form and cut: the file ends before it, and its name is said", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...forms),
      fc.integer({ min: 0, max: 200_000 }),
      fc.integer({ min: 0, max: 2_000 }),
      fc.constantFrom(1, 7, 64, 65_536, 1_000_000),
      async (form, before, after, size) => {
        const padding = "words of a report, "
          .repeat(Math.ceil(before / 19))
          .slice(0, size < 64 ? before % 500 : before);
        const bytes = Buffer.from(`${padding}${form}${"x".repeat(after)}`);
        const { out, problem } = await sent(bytes, size);
        expect(problem).toBe("report.txt is not sent, because the secret API_TOKEN stands in it. Take it out first.");
        expect(out.length).toBeLessThanOrEqual(Buffer.byteLength(padding));
      },
    ),
    { numRuns: 40 },
  );
});

test("what holds no secret arrives as it is", async () => {
  for (const size of [1_000, 65_536, 5_000_000]) {
    const bytes = randomBytes(500_000);
    expect(await sent(bytes, size)).toEqual({ out: bytes, problem: null });
    const spaces = Buffer.from(`to${" ".repeat(600_000)}k`);
    expect(await sent(spaces, size)).toEqual({ out: spaces, problem: null });
  }
  expect(await sent(Buffer.alloc(0), 1)).toEqual({ out: Buffer.alloc(0), problem: null });
});

test("two secrets are both named, Praktor's own is not, and letters beyond ASCII are found across a cut", async () => {
  const both = await sent(Buffer.from(`${value} another s3cret, größer`), 1_000);
  expect(both.problem).toContain("the secret API_TOKEN and the secret OTHER stands");
  expect((await sent(Buffer.from("another s3cret, größer"), 1)).problem).toContain("the secret OTHER");
  expect((await sent(Buffer.from("key: sk-the-model-key"), 5)).problem).toContain("a secret of Praktor itself");
  const stream = ReadableStream.from(pieces(Buffer.from(value), 3));
  const { signal } = new AbortController();
  await expect(assertNoSecrets("f", stream, redactor, signal)).rejects.toMatchObject({ code: "holds_secret" });
});

/** Endless, or silent after its beginning. */
function source(isEndless: boolean): { stream: ReadableStream<Uint8Array>; cancelled: Promise<void> } {
  const { promise: cancelled, resolve } = Promise.withResolvers<void>();
  const cancel = (): void => resolve();
  const pull = (controller: ReadableStreamDefaultController<Uint8Array>): void => controller.enqueue(Buffer.from("a "));
  return { cancelled, stream: new ReadableStream(isEndless ? { pull, cancel } : { start: pull, cancel }) };
}

test.each([true, false])(
  "a search that is given up cancels the transfer, endless or silent (%s)",
  async (isEndless) => {
    const { stream, cancelled } = source(isEndless);
    const given = new AbortController();
    const searching = assertNoSecrets("f", stream, redactor, given.signal);
    given.abort(new Error("given up"));
    await expect(searching).rejects.toThrow("given up");
    await cancelled;
  },
);

test.each([true, false])(
  "who cancels a clean stream cancels the transfer, read or not, endless or silent (%s)",
  async (isEndless) => {
    for (const isRead of [false, true]) {
      const { stream, cancelled } = source(isEndless);
      const reader = cleanStream("f", stream, redactor).getReader();
      const reading = isRead ? reader.read() : null;
      await reader.cancel();
      await expect(cancelled).resolves.toBeUndefined();
      await reading;
    }
  },
);

test("only the secrets that may be named are, and the file is stopped by any", async () => {
  const problemOf = async (words: string): Promise<string> => {
    const own = (source: string): boolean => source === secretSource("OTHER");
    try {
      for await (const _ of withoutSecrets("r.txt", pieces(Buffer.from(words), 100), redactor, own));
      return "none";
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  };
  expect(await problemOf(`a ${value}`)).toMatch(/because a secret that this group does not have stands in it/);
  expect(await problemOf(`a ${value} and another s3cret, größer`)).toMatch(/because the secret OTHER stands in it/);
  expect(await problemOf("sk-the-model-key")).toMatch(/because a secret of Praktor itself stands in it/);
});

test("on its way to people a file is read to its end all the same: its sandbox must not see where somebody stopped", async () => {
  let asked = 0;
  const source = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        asked += 1;
        if (asked > 50) controller.close();
        else controller.enqueue(Buffer.from(asked === 3 ? `guess ${value}` : "x".repeat(1_000)));
      },
      cancel: () => void (asked = -1),
    },
    { highWaterMark: 0 },
  );
  const read = async (): Promise<void> => {
    for await (const _ of cleanStream("r.txt", source, redactor));
  };
  await expect(read()).rejects.toMatchObject({ code: "holds_secret" });
  expect(asked).toBe(51);
});
