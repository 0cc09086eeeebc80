/** A run as it stood at a moment of its life, from what it is now: for looking at it again. Pure. */
import type { SwarmMessageView, SwarmNodeState, SwarmNodeView, SwarmRunView } from "@praktor/protocol/swarm";

export interface RunMoment {
  nodes: readonly SwarmNodeView[];
  messages: readonly SwarmMessageView[];
}

/** From its beginning to its end, or to `nowMs` while it runs. */
export const lifeOf = ({ started_at: started, completed_at: completed }: SwarmRunView, nowMs: number) => {
  const from = Date.parse(started);
  return { from, to: Math.max(from, completed === null ? nowMs : Date.parse(completed)) };
};

/** `atMs` `null`: as it is now. What a member had cost at a moment is not kept: results and costs show once it was done. */
export const runAt = (run: SwarmRunView, messages: readonly SwarmMessageView[], atMs: number | null): RunMoment => {
  if (atMs === null) return { nodes: run.nodes, messages };
  return {
    nodes: run.nodes.map((node) => {
      const state = stateAt(node, atMs);
      return state === node.state ? node : { ...node, state, result: null, error: null, cost_usd: 0, turns: 0 };
    }),
    messages: messages.filter(({ time }) => Date.parse(time) <= atMs),
  };
};

const stateAt = (node: SwarmNodeView, atMs: number): SwarmNodeState => {
  if (node.finished_at !== null && Date.parse(node.finished_at) <= atMs) return node.state;
  if (node.started_at === null || Date.parse(node.started_at) > atMs) return "waiting";
  return node.finished_at === null ? node.state : "running";
};
