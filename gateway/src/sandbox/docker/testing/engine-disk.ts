/** The disk that the engine's volumes lie on, for tests that bound how fast it is written to. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import Docker from "dockerode";
import { z } from "zod";

const run = promisify(execFile);

/** A whole disk's device; null where the engine is elsewhere, or its files lie on none. */
export async function engineDisk(): Promise<string | null> {
  try {
    const { DockerRootDir } = z.object({ DockerRootDir: z.string() }).parse(await new Docker().info());
    const { stdout: source } = await run("findmnt", ["-nvo", "SOURCE", "--target", DockerRootDir]);
    const { stdout: above } = await run("lsblk", ["-nrspo", "NAME,TYPE", source.trim()]);
    return /^(\/dev\/\S+) disk$/m.exec(above)?.[1] ?? null;
  } catch {
    return null;
  }
}
