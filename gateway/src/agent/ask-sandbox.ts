/** How this room asks a sandbox: one request on its subject, one reply that parses, within a time. */
import type { z } from "zod";

/** `bus.request`: rejects as that does, when nobody answers in `timeoutMs` or what comes is no `reply`. */
export type AskSandbox = <Reply>(
  subject: string,
  value: unknown,
  reply: z.ZodType<Reply>,
  timeoutMs: number,
  signal: AbortSignal,
) => Promise<Reply>;
