/** A benchmark whose reader leaves: it still puts away what it has started. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";

test("a benchmark goes on to its end when nobody reads its output any more", async () => {
  const source = new URL("../bench/lasting-output.ts", import.meta.url).href;
  const benchmark = `
    const { outliveReader } = await import(${JSON.stringify(source)});
    outliveReader(process.stdout);
    try {
      for (let line = 0; line < 50; line += 1) {
        console.log("x".repeat(10_000));
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
    } finally {
      process.stderr.write("put away");
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", benchmark], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => (said += chunk.toString()));
  child.stdout.destroy();
  const [code] = await once(child, "close");
  expect({ code, said }).toEqual({ code: 0, said: "put away" });
});
