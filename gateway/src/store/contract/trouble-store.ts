/** What the store promises about what went wrong lately. */

export interface TroubleStore {
  /** Failed turns and troubled deliveries since a moment, newest first. */
  list(
    since: number,
    limit: number,
  ): Promise<
    {
      kind: "turn_failed" | "delivery_failed" | "delivery_uncertain";
      groupId: string;
      conversationId: string;
      messageId: number | null;
      detail: string;
      at: number;
    }[]
  >;
}
