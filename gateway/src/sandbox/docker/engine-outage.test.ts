/** An engine that goes away and comes back: nothing is lost, nothing is told twice. */
import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import Docker from "dockerode";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requirement } from "../../../../tests/require.ts";
import { standInSpec } from "../sandbox-host.contract.ts";
import type { SandboxExit } from "../sandbox.ts";
import { DockerWorkbench, engineAnswers } from "./testing/docker-workbench.ts";

const possible = requirement("docker", await engineAnswers());
const signal = new AbortController().signal;
const patient = { timeout: 15_000, interval: 50 };
const bench = new DockerWorkbench();
const directory = mkdtempSync(join(tmpdir(), "praktor-engine-"));
const socketPath = join(directory, "docker.sock");

beforeAll(async () => {
  if (possible === "run") await bench.start();
});
afterAll(async () => {
  if (possible === "run") await bench[Symbol.asyncDispose]();
  rmSync(directory, { recursive: true });
});

/** The way to the engine's socket, which can be cut: as seen from the gateway, the engine stops. */
class Cable {
  readonly #sockets = new Set<Socket>();
  #server: Server | undefined;

  async plug(): Promise<void> {
    this.#server = createServer((near) => {
      const far = connect("/var/run/docker.sock");
      for (const socket of [near, far]) {
        this.#sockets.add(socket);
        socket.on("error", () => {}).on("close", () => this.#sockets.delete(socket));
      }
      near.pipe(far).pipe(near);
    });
    await new Promise<void>((resolve) => this.#server?.listen(socketPath, resolve));
  }

  async cut(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server?.close(() => resolve()));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}

test("an engine that was never there makes no start fail, and is named where it is needed", async () => {
  await using host = bench.host({ docker: new Docker({ socketPath: join(directory, "nothing.sock") }) });
  await host.start(signal);
  expect(await host.health(signal)).toMatchObject({ ok: false, detail: expect.stringContaining("Start Docker") });
  for (const attempt of [
    () => host.prepare({ groupId: "1", folder: "one", network: "open" }, signal),
    () => host.launch(standInSpec("1", 1), signal),
    () => host.list(signal),
  ]) {
    await expect(attempt()).rejects.toMatchObject({ code: "engine_unreachable" });
  }
});

describe.skipIf(possible === "skip")("an engine that goes away", () => {
  test("is unhealthy meanwhile; ends that nobody saw are reported once when it is back", async () => {
    const cable = new Cable();
    await cable.plug();
    await using host = bench.host({ docker: new Docker({ socketPath }) });
    const exits: SandboxExit[] = [];
    host.onExit((exit) => exits.push(exit));
    await host.start(signal);
    const [killed, removed, kept] = [
      await host.launch(standInSpec("1", 1), signal),
      await host.launch(standInSpec("2", 1), signal),
      await host.launch(standInSpec("3", 1), signal),
    ];
    expect(await host.health(signal)).toMatchObject({ ok: true });

    await cable.cut();
    await bench.docker.getContainer(killed.engineId).kill();
    await bench.docker.getContainer(removed.engineId).remove({ force: true });
    expect(await host.health(signal)).toMatchObject({ ok: false });
    expect(exits).toEqual([]);

    await cable.plug();
    await expect.poll(async () => (await host.health(signal)).ok, patient).toBe(true);
    const ended = (): string[] => exits.map((exit) => exit.sandboxId).sort();
    await expect.poll(ended, patient).toEqual([killed.sandboxId, removed.sandboxId]);
    expect(await host.list(signal)).toEqual([kept]);
    await bench.docker.getContainer(kept.engineId).kill();
    await expect.poll(ended, patient).toEqual([killed.sandboxId, removed.sandboxId, kept.sandboxId]);

    await cable.cut();
    await cable.plug();
    await expect.poll(async () => (await host.health(signal)).ok, patient).toBe(true);
    expect(ended()).toEqual([killed.sandboxId, removed.sandboxId, kept.sandboxId]);
    await cable.cut();
  });
});
