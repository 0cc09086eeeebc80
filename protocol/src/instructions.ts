/** A `CLAUDE.md` as people edit it: a group's own, or the one of all groups. */
import { z } from "zod";

export const Instructions = z.object({
  /** Empty where there is no such file yet. */
  text: z.string(),
  /** Stands for exactly this text: what is saved names the version that it was made from. */
  version: z.string(),
});
export type Instructions = z.infer<typeof Instructions>;

export const InstructionsUpdate = z.object({
  text: z.string().max(200_000, "must be 200,000 characters at most"),
  version: z.string().min(1).max(100),
});
export type InstructionsUpdate = z.infer<typeof InstructionsUpdate>;
