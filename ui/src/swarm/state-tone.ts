/** The colour of a member's or a run's state; the word always stands beside it. */
import type { SwarmNodeState, SwarmStatus } from "@praktor/protocol/swarm";

export type Tone = "neutral" | "accent" | "ok" | "warn" | "bad";

const TONES: Record<SwarmNodeState | SwarmStatus, Tone> = {
  waiting: "neutral",
  queued: "neutral",
  running: "accent",
  idle: "warn",
  succeeded: "ok",
  failed: "bad",
  cancelled: "neutral",
};

export const stateTone = (state: SwarmNodeState | SwarmStatus): Tone => TONES[state];
