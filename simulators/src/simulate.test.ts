import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("prints both addresses as one JSON line and ends with 0 on SIGTERM", async () => {
  const program = fileURLToPath(new URL("../simulate.mjs", import.meta.url));
  const child = spawn(process.execPath, [program, "--token", "1:abc"], { stdio: ["ignore", "pipe", "inherit"] });
  const exited = once(child, "exit");
  const [line] = (await once(createInterface(child.stdout), "line")) as [string];
  const printed = JSON.parse(line) as { telegram: { url: string; token: string }; messages: { url: string } };
  expect(printed.telegram.token).toBe("1:abc");
  const me = await fetch(`${printed.telegram.url}/bot1:abc/getMe`);
  expect(await me.json()).toMatchObject({ ok: true, result: { is_bot: true } });
  expect((await fetch(`${printed.messages.url}/control/state`)).status).toBe(200);
  child.kill("SIGTERM");
  expect(await exited).toEqual([0, null]);
});

it("says under a Node that is too old which one it needs", async () => {
  const program = fileURLToPath(new URL("../simulate.mjs", import.meta.url));
  const older = 'Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.19.0" } })';
  const child = spawn(process.execPath, ["--import", `data:text/javascript,${older}`, program], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const [said, exit] = await Promise.all([text(child.stderr), once(child, "exit")]);
  expect(said).toMatch(/^simulate: this is Node 20\.19\.0, and the simulators need 24 or newer\.\nRun `npm ci`/);
  expect(exit).toEqual([1, null]);
});
