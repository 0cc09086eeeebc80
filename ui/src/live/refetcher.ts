/** Renews lists that events made stale, at most once a second however many events there were. */
import type { QueryClient } from "@tanstack/react-query";

type Resource =
  | "status"
  | "usage"
  | "attention"
  | "groups"
  | "agents"
  | "conversations"
  | "files"
  | "tasks"
  | "runs"
  | "messages"
  | "swarms"
  | "swarm"
  | "swarm-board"
  | "approvals";

const PAUSE_MS = 1000;

export type Refetcher = (...resources: Resource[]) => void;

/** The first event after a quiet time waits a moment too, so that a burst costs one request. */
export const makeRefetcher = (client: QueryClient, signal: AbortSignal): Refetcher => {
  const stale = new Set<Resource>();
  let timer: ReturnType<typeof setTimeout> | undefined;
  signal.addEventListener("abort", () => clearTimeout(timer));
  return (...resources) => {
    for (const resource of resources) stale.add(resource);
    timer ??= setTimeout(() => {
      timer = undefined;
      const due = [...stale];
      stale.clear();
      for (const resource of due) void client.invalidateQueries({ queryKey: [resource] });
    }, PAUSE_MS);
  };
};
