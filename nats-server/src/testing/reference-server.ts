// Starts a real `nats-server` for tests and benchmarks that compare with it.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { createInterface } from "node:readline";

export interface ReferenceServer extends AsyncDisposable {
  readonly port: number;
}

/** The path of an installed `nats-server`. Debian keeps it in /usr/sbin, which is not on everybody's PATH. */
export function findReferenceServer(): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/sbin", "/usr/local/sbin"];
  return folders.map((folder) => join(folder, "nats-server")).find((path) => existsSync(path));
}

/**
 * True when tests that need a real `nats-server` cannot run here; says so in one line.
 * Throws instead when `PRAKTOR_REQUIRE` lists `nats-server`.
 */
export function isReferenceServerMissing(): boolean {
  if (findReferenceServer() !== undefined) return false;
  if ((process.env["PRAKTOR_REQUIRE"] ?? "").split(",").includes("nats-server")) {
    throw new Error(
      "PRAKTOR_REQUIRE asks for nats-server, but it is not installed; install Debian's package nats-server",
    );
  }
  console.log("skipped: nats-server is not installed");
  return true;
}

/** Runs `nats-server` on a free loopback port with these further lines of configuration, until disposed. */
export async function startReferenceServer(config: string, signal: AbortSignal): Promise<ReferenceServer> {
  const binary = findReferenceServer();
  if (binary === undefined) throw new Error("nats-server is not installed; install Debian's package nats-server");
  const folder = await mkdtemp(join(tmpdir(), "nats-reference-"));
  const file = join(folder, "nats.conf");
  await writeFile(file, `listen: "127.0.0.1:-1"\n${config}\n`);
  const child = spawn(binary, ["-c", file], { stdio: ["ignore", "ignore", "pipe"] });
  const exited = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  const stop = async () => {
    child.kill("SIGKILL");
    await exited;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const port = await readPort(child.stderr, exited, signal);
    return { port, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function readPort(log: NodeJS.ReadableStream, exited: Promise<void>, signal: AbortSignal): Promise<number> {
  const lines = createInterface({ input: log });
  const seen: string[] = [];
  const listening = new Promise<number>((resolve) => {
    lines.on("line", (line) => {
      seen.push(line);
      const port = /Listening for client connections on .*:(\d+)/.exec(line)?.[1];
      if (port !== undefined) resolve(Number(port));
    });
  });
  const failed = exited.then(() => {
    throw new Error(`nats-server ended before it listened:\n${seen.join("\n")}`);
  });
  const aborted = once(signal, "abort").then(() => {
    throw new Error("nats-server did not listen in time", { cause: signal.reason });
  });
  failed.catch(() => undefined);
  aborted.catch(() => undefined);
  return await Promise.race([listening, failed, aborted]);
}
