/** What an agent did in a turn, after the fact: `GET /api/turns/{id}/events`. */
import { z } from "zod";
import { RowId } from "./ids.ts";

export const ToolStep = z.object({
  id: z.string(),
  name: z.string(),
  /** JSON text of the tool's input, cut to 4,000 characters; null when its beginning was not reported. */
  input: z.string().nullable(),
  /** The result as text, cut to 4,000 characters. */
  output: z.string().nullable(),
  is_error: z.boolean(),
  duration_ms: z.number().nullable(),
  /** False: the turn ended while the tool ran. */
  done: z.boolean(),
});
export type ToolStep = z.infer<typeof ToolStep>;

/** Of the turn's last attempt. Empty when nothing was called, or when it is so long ago that the steps are forgotten. */
export const TurnSteps = z.object({ turn_id: RowId, steps: z.array(ToolStep) });
export type TurnSteps = z.infer<typeof TurnSteps>;
