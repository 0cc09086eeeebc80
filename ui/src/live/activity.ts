/** What a running turn does at this moment, in a few words. */
import { en } from "../text/en.ts";
import { type LiveTurn, toolsOf } from "./live-turn.ts";
import { toolSummary, toolTitle } from "./tool-summary.ts";

/** `detail` is a command, a file or the like; empty when there is none. */
export const activity = (turn: LiveTurn): { label: string; detail: string } => {
  if (turn.state === "queued") return { label: en.turn.queued, detail: en.turn.queuedDetail };
  const tool = toolsOf(turn).findLast(({ done }) => !done);
  if (tool !== undefined) return { label: toolTitle(tool.name), detail: toolSummary(tool.name, tool.input) };
  switch (turn.blocks.at(-1)?.type) {
    case undefined:
      return { label: en.turn.starting, detail: "" };
    case "text":
      return { label: en.turn.writing, detail: "" };
    default:
      return { label: en.turn.thinking, detail: "" };
  }
};
