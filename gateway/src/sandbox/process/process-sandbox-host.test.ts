/** Child processes as sandboxes: the contract, with and without bubblewrap, and what only they must do. */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { requirement } from "../../../../tests/require.ts";
import { systemClock } from "../../kit/clock.ts";
import { silentLogger } from "../../kit/logger.ts";
import { sandboxHostContract, standInSpec, type SandboxHarness } from "../sandbox-host.contract.ts";
import { ProcessSandboxHost, type ProcessSandboxOptions } from "./process-sandbox-host.ts";

const runnerPath = fileURLToPath(new URL("../stand-in-runner.mjs", import.meta.url));
const signal = new AbortController().signal;
const patient = { timeout: 15_000, interval: 20 };

function optionsIn(base: string, bubblewrap: "required" | "off"): ProcessSandboxOptions {
  return {
    installId: "install-1",
    logger: silentLogger,
    clock: systemClock,
    groupsBase: join(base, "groups"),
    stateBase: join(base, "sandboxes"),
    runnerPath,
    path: process.env["PATH"] ?? "",
    bubblewrap,
  };
}

async function harness(
  bubblewrap: "required" | "off",
): Promise<SandboxHarness & { host: ProcessSandboxHost; base: string }> {
  const base = mkdtempSync(join(tmpdir(), "praktor-sandbox-"));
  const host = new ProcessSandboxHost(optionsIn(base, bubblewrap));
  await host.start(signal);
  return {
    host,
    base,
    kill: (running) => Promise.resolve(void process.kill(Number(running.engineId.slice("pid:".length)), "SIGKILL")),
    [Symbol.asyncDispose]: async () => {
      await host[Symbol.asyncDispose]();
      rmSync(base, { recursive: true, force: true });
    },
  };
}

const bubblewrapPresent = spawnSync("bwrap", ["--version"]).status === 0;
const withBubblewrap = requirement("bubblewrap", bubblewrapPresent);

sandboxHostContract("processes without bubblewrap", "run", () => harness("off"));
sandboxHostContract("processes in bubblewrap", withBubblewrap, () => harness("required"));

describe.skipIf(withBubblewrap === "skip")("bubblewrap", () => {
  test("hides other groups, other processes and the rest of the machine, and lets only the own files be written", async () => {
    await using used = await harness("required");
    const other = join(used.base, "groups", "groupother");
    const probe = join(used.base, "probe");
    mkdirSync(other, { recursive: true });
    mkdirSync(probe);
    writeFileSync(join(probe, "probe.mjs"), probeSource);
    await using host = new ProcessSandboxHost({
      ...optionsIn(used.base, "required"),
      runnerPath: join(probe, "probe.mjs"),
    });
    await host.start(signal);
    const spec = standInSpec("1", 1);
    const group = join(used.base, "groups", "group1");
    const home = join(used.base, "sandboxes", "group1", "home");
    const places = [
      group,
      home,
      other,
      dirname(group),
      dirname(home),
      used.base,
      probe,
      "/",
      "/etc",
      "/usr",
      "/dev/shm",
      "/tmp",
    ];
    const asked = { PLACES: places.join(":"), GATEWAY_PID: String(process.pid) };
    const running = await host.launch({ ...spec, environment: { ...spec.environment, ...asked } }, signal);
    await expect.poll(() => host.tail(running.sandboxId, 50), patient).toContain("done");
    expect(JSON.parse((await host.tail(running.sandboxId, 50)).split("\n")[0] ?? "")).toEqual({
      user: "praktor 10321",
      groups: ["global", "group1"],
      homes: false,
      gatewaySignalled: false,
      shadow: false,
      root: false,
      sharedMemory: true,
    });
    // What it may write in its private places reaches no disk.
    expect(places.filter((place) => existsSync(join(place, "praktor-trace")))).toEqual([group, home]);
    expect(host.enclosed).toBe(true);
    expect(host.warnings.join(" ")).toContain("loopback");
  });

  test("says what to do where it does not work", async () => {
    await using used = await harness("required");
    const host = new ProcessSandboxHost({ ...optionsIn(used.base, "required"), bubblewrapProgram: "no-such-program" });
    await host.start(signal);
    expect(host.enclosed).toBe(false);
    expect(host.warnings.join(" ")).toContain("Install bubblewrap");
    await expect(host.launch(standInSpec("1", 1), signal)).rejects.toMatchObject({ code: "not_isolated" });
  });
});

/** Runs inside: tries to see and to write, and prints what it could. */
const probeSource = `
import { readdirSync, readFileSync, writeFileSync, existsSync } from "node:fs";
import { userInfo } from "node:os";
import { dirname, join } from "node:path";
const { PRAKTOR_WORKSPACE, GATEWAY_PID, PLACES } = process.env;
const can = (attempt) => { try { attempt(); return true; } catch { return false; } };
console.log(JSON.stringify({
  user: userInfo().username + " " + process.getuid(),
  groups: readdirSync(dirname(PRAKTOR_WORKSPACE)).sort(),
  homes: existsSync("/root") || existsSync("/home"),
  gatewaySignalled: can(() => process.kill(Number(GATEWAY_PID), 0)),
  shadow: can(() => readFileSync("/etc/shadow")),
  root: can(() => writeFileSync("/x", "x")) || can(() => writeFileSync("/etc/x", "x")),
  sharedMemory: can(() => writeFileSync("/dev/shm/x", "x")),
}));
for (const place of PLACES.split(":")) can(() => writeFileSync(join(place, "praktor-trace"), "x"));
console.log("done");
setInterval(() => {}, 1000);
`;

describe.each(bubblewrapPresent ? (["off", "required"] as const) : (["off"] as const))(
  "a gateway that is killed (bubblewrap %s)",
  (bubblewrap) => {
    test("takes its sandboxes with it", async () => {
      const base = mkdtempSync(join(tmpdir(), "praktor-sandbox-"));
      const script = join(base, "gateway.ts");
      const from = (path: string): string => JSON.stringify(new URL(path, import.meta.url).href);
      writeFileSync(
        script,
        `import { ProcessSandboxHost } from ${from("./process-sandbox-host.ts")};
         import { silentLogger } from ${from("../../kit/logger.ts")};
         const signal = new AbortController().signal;
         const host = new ProcessSandboxHost({ ...${JSON.stringify(optionsIn(base, bubblewrap))}, logger: silentLogger, clock: Date });
         await host.start(signal);
         const spec = ${JSON.stringify(standInSpec("1", 1, "stubborn"))};
         await host.launch(spec, signal);
         setInterval(async () => { if ((await host.tail(spec.sandboxId, 9)).includes("ready")) console.log("up"); }, 50);`,
      );
      const gateway = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
      await new Promise((resolve) => gateway.stdout.once("data", resolve));
      const record = join(base, "sandboxes", "group1", "sandbox.json");
      const { pid } = JSON.parse(readFileSync(record, "utf8")) as { pid: number };
      expect(existsSync(`/proc/${pid}`)).toBe(true);
      gateway.kill("SIGKILL");
      await expect.poll(() => existsSync(`/proc/${pid}`), patient).toBe(false);

      const next = new ProcessSandboxHost(optionsIn(base, bubblewrap));
      await next.start(signal);
      expect(await next.list()).toEqual([]);
      expect(existsSync(record)).toBe(false);
      rmSync(base, { recursive: true });
    });
  },
);
