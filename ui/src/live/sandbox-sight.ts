/** What a page knows of a running sandbox: the end of its log, and how much it used lately. */
import type { SandboxFrame } from "@praktor/protocol/sandbox-watch";
import { en } from "../text/en.ts";

export interface Sample {
  at: string;
  cpuPercent: number;
  memoryBytes: number;
  memoryLimitBytes: number | null;
}

export interface SandboxSight {
  log: string;
  /** Oldest first. */
  samples: readonly Sample[];
  ended: boolean;
}

export const NOTHING_SEEN: SandboxSight = { log: "", samples: [], ended: false };

const MOST_SAMPLES = 60;
const MOST_CHARACTERS = 100_000;
// oxlint-disable-next-line no-control-regex -- colours and cursor movements for terminals, which a page does not draw
const TERMINAL = /\u001B(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001B]*(?:\u0007|\u001B\\)|[@-Z\\-_])/g;

/** `sight` after a frame. Pure. */
export const seeFrame = (sight: SandboxSight, frame: SandboxFrame): SandboxSight => {
  switch (frame.type) {
    case "log":
      return { ...sight, log: withText(sight.log, frame.text) };
    case "gap":
      return { ...sight, log: withText(sight.log, `\n${en.group.logGap(frame.characters)}\n`) };
    case "load": {
      const { at, cpu_percent: cpuPercent, memory_bytes: memoryBytes, memory_limit_bytes: memoryLimitBytes } = frame;
      const sample = { at, cpuPercent, memoryBytes, memoryLimitBytes };
      return { ...sight, samples: [...sight.samples, sample].slice(-MOST_SAMPLES) };
    }
    case "end":
      return { ...sight, ended: true, log: withText(sight.log, `${en.group.logEnded}\n`) };
    default:
      return frame satisfies never;
  }
};

/** The end of both, from the beginning of a line. */
const withText = (log: string, text: string): string => {
  const all = log + text.replaceAll(TERMINAL, "").replaceAll("\r\n", "\n");
  if (all.length <= MOST_CHARACTERS) return all;
  const kept = all.slice(-MOST_CHARACTERS);
  const line = kept.indexOf("\n");
  return line === -1 ? kept : kept.slice(line + 1);
};
