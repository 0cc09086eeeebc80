/** Stored facts of a turn as the steps that people read: a tool's beginning and end in one. */
import type { ToolStep } from "@praktor/protocol/turn-steps";
import { z } from "zod";
import type { TurnEvent } from "../store/rows.ts";

const ToolFact = z.object({
  toolUseId: z.string(),
  phase: z.enum(["started", "finished"]),
  name: z.string(),
  input: z.string().optional(),
  output: z.string().optional(),
  isError: z.boolean().optional(),
  durationMs: z.number().optional(),
});

/** In the order in which the tools were called. What is no tool's fact is left out. */
export function turnSteps(events: readonly TurnEvent[]): ToolStep[] {
  const steps = new Map<string, ToolStep>();
  for (const event of events) {
    const fact = event.type === "tool" ? ToolFact.safeParse(event.data).data : undefined;
    if (!fact) continue;
    const before = steps.get(fact.toolUseId);
    steps.set(fact.toolUseId, {
      id: fact.toolUseId,
      name: fact.name,
      input: fact.input ?? before?.input ?? null,
      output: fact.output ?? before?.output ?? null,
      is_error: fact.isError ?? before?.is_error ?? false,
      duration_ms: fact.durationMs ?? before?.duration_ms ?? null,
      done: fact.phase === "finished" || (before?.done ?? false),
    });
  }
  return [...steps.values()];
}
