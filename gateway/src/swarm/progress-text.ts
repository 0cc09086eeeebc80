/** How far a swarm is, for the chat that asked for it. */
import { escapeMarkdown } from "../kit/escape-markdown.ts";
import type { SwarmNode, SwarmRun } from "../store/contract/swarm-store.ts";

const marks: Record<SwarmNode["state"], string> = {
  waiting: "▫️",
  queued: "🕓",
  running: "⚙️",
  idle: "👂",
  succeeded: "✅",
  failed: "⚠️",
  cancelled: "✖️",
};

export function progressText(run: SwarmRun, nodes: readonly SwarmNode[]): string {
  const done = nodes.filter(({ finishedAt }) => finishedAt !== null).length;
  const head =
    run.status === "running"
      ? `🐝 ${escapeMarkdown(run.name)} · ${done} of ${nodes.length} done`
      : `🐝 ${escapeMarkdown(run.name)} · ${run.status === "succeeded" ? "done" : run.status}`;
  const lines = nodes.map(
    ({ role, state }) =>
      `${marks[state]} ${escapeMarkdown(role)}${role === run.lead ? " (lead)" : ""}: ${words[state]}`,
  );
  return [head, ...lines].join("\n");
}

const words: Record<SwarmNode["state"], string> = {
  waiting: "waits for others",
  queued: "waits for a place",
  running: "works",
  idle: "listens",
  succeeded: "done",
  failed: "failed",
  cancelled: "cancelled",
};
