/** What a running turn does at this moment, in a few words. */
import { en } from "../text/en.ts";
import type { LiveTurn } from "./live-turn.ts";
import { toolSummary, toolTitle } from "./tool-summary.ts";

/** `detail` is a command, a file or the like; empty when there is none. */
export const activity = (turn: LiveTurn): { label: string; detail: string } => {
  if (turn.state === "queued") return { label: en.turn.queued, detail: en.turn.queuedDetail };
  const last = turn.blocks.at(-1);
  if (last === undefined) return { label: en.turn.starting, detail: "" };
  if (last.type === "text") return { label: en.turn.writing, detail: "" };
  if (last.type === "thinking") return { label: en.turn.thinking, detail: "" };
  if (last.done) return { label: en.turn.thinking, detail: "" };
  return { label: toolTitle(last.name), detail: toolSummary(last.name, last.input) };
};
