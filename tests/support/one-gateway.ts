/** Bundles the gateway once for all files that start it: loading its sources is half of each start. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildGateway } from "../torture/build-gateway.ts";

/** Called by Vitest before the first file; what it returns after the last one. */
export async function setup(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "praktor-gateway-"));
  process.env["PRAKTOR_TEST_GATEWAY"] = await buildGateway(folder, { runner: "claude" });
  return () => rm(folder, { recursive: true, force: true });
}
