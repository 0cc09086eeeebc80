/** What a group's sandbox prints and uses, for as long as somebody looks; nothing is measured for nobody. */
import type { SandboxFrame } from "@praktor/protocol/sandbox-watch";
import type { Clock } from "../kit/clock.ts";
import { abortable, sleep } from "../kit/deadline.ts";
import type { SandboxHost, SandboxLoad } from "../sandbox/sandbox.ts";

export interface SandboxLookOptions {
  host: Pick<SandboxHost, "follow" | "load">;
  pool: { list: () => readonly { groupId: string; sandboxId: string; status: string }[] };
  clock: Clock;
  /** Takes known secrets out of what is printed, across its pieces: whatever runs inside can print what it was given. */
  redactedStream: () => { push(piece: string): string; end(): string };
  /** Between two measurements. */
  everyMs?: number;
}

const firstLines = 200;
const usualMs = 2_000;
/** A printed piece is cut into frames of this many characters. */
const frameCharacters = 32_768;

export class SandboxLook {
  readonly #options: SandboxLookOptions;

  constructor(options: SandboxLookOptions) {
    this.#options = options;
  }

  /**
   * Null when the group has no sandbox. The promise resolves when the sandbox has ended, with `end` as the last frame; it rejects when
   * the signal aborts or the sandbox cannot be read.
   */
  watch(groupId: string, onFrame: (frame: SandboxFrame) => void, signal: AbortSignal): Promise<void> | null {
    const { host, pool } = this.#options;
    const sandbox = pool.list().find((one) => one.groupId === groupId);
    if (!sandbox) return null;
    const over = new AbortController();
    const both = AbortSignal.any([signal, over.signal]);
    const clean = this.#options.redactedStream();
    const show = (text: string): void => {
      for (let at = 0; at < text.length; at += frameCharacters) {
        onFrame({ type: "log", text: text.slice(at, at + frameCharacters) });
      }
    };
    const follow = async (): Promise<void> => {
      await host.follow(sandbox.sandboxId, firstLines, (text) => show(clean.push(text)), both);
      show(clean.end());
      onFrame({ type: "end" });
    };
    const printed = follow().finally(() => over.abort());
    const measured = this.#measure(sandbox.sandboxId, onFrame, both).catch((error: unknown) => {
      // Its end is told by the output; a measurement that failed for another reason ends the look.
      if (!over.signal.aborted) throw error;
    });
    return settled([printed, measured], () => over.abort());
  }

  async #measure(sandboxId: string, onFrame: (frame: SandboxFrame) => void, signal: AbortSignal): Promise<void> {
    const { host, clock, everyMs = usualMs } = this.#options;
    let before: { load: SandboxLoad; at: number } | null = null;
    for (;;) {
      const load = await abortable(host.load(sandboxId, signal), signal);
      const at = clock.now();
      if (load && before) {
        onFrame({
          type: "load",
          at: new Date(at).toISOString(),
          cpu_percent: cpuPercent(before, { load, at }),
          memory_bytes: Math.round(load.memoryBytes),
          memory_limit_bytes: load.memoryLimitBytes,
        });
      }
      before = load && { load, at };
      await sleep(everyMs, signal);
    }
  }
}

/** One that fails ends the other. */
async function settled(parts: Promise<void>[], end: () => void): Promise<void> {
  try {
    await Promise.all(parts);
  } finally {
    end();
  }
}

/** Never below zero: what children used is counted once they are gone, and may be counted late. */
export function cpuPercent(before: { load: SandboxLoad; at: number }, now: { load: SandboxLoad; at: number }): number {
  const elapsedMs = now.at - before.at;
  if (elapsedMs <= 0) return 0;
  return Math.max(0, Math.round(((now.load.cpuMs - before.load.cpuMs) / elapsedMs) * 1000) / 10);
}
