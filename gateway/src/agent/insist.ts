/** Tries what must be stored until it is. */
import { sleep } from "../kit/deadline.ts";
import type { Logger } from "../kit/logger.ts";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";

/** After a step that the store refused: its disk is full, say. */
export const storeRetryMs = 2_000;

/** A turn whose end the store refuses would block its conversation: what is known of a turn is tried until it is stored. */
export async function insist(logger: Logger, signal: AbortSignal, store: () => Promise<void>): Promise<void> {
  for (;;) {
    try {
      return await store();
    } catch (error) {
      if (!(error instanceof PraktorError && error.code.startsWith("store_"))) throw error;
      logger.error({ error: errorMessage(error) }, "what became of a turn could not be stored");
      await sleep(storeRetryMs, signal);
    }
  }
}
