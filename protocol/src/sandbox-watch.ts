/** What one sees of a running sandbox while one looks: frames of `GET /api/agents/{groupID}/watch`, server-sent events. */
import { z } from "zod";

export const SandboxFrame = z.discriminatedUnion("type", [
  /** What it printed: first its last lines, then whatever comes. May begin and end within a line. */
  z.object({ type: z.literal("log"), text: z.string() }),
  /** It printed faster than the reader took: so many characters are left out here. */
  z.object({ type: z.literal("gap"), characters: z.number().int().positive() }),
  z.object({
    type: z.literal("load"),
    at: z.iso.datetime(),
    /** Since the look before, in percent of one processor. */
    cpu_percent: z.number().nonnegative(),
    memory_bytes: z.number().nonnegative(),
    memory_limit_bytes: z.number().nonnegative().nullable(),
  }),
  /** It ended: nothing follows. */
  z.object({ type: z.literal("end") }),
]);
export type SandboxFrame = z.infer<typeof SandboxFrame>;
