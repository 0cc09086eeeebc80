/** Fetches what runs in groups and brings it together with what the events tell. */
import { useQueries } from "@tanstack/react-query";
import { useEffect } from "react";
import { turnsQuery } from "../api/queries.ts";
import { useTurnStore } from "./live-context.tsx";

export interface AdoptedTurns {
  /** Some group has not answered yet, so "nothing runs" would be a guess. */
  pending: boolean;
  /** The first failure. */
  error: Error | null;
  retry: () => void;
}

/** Keeps the turns of these groups in the live store. */
export const useAdoptedTurns = (groupIds: readonly string[]): AdoptedTurns => {
  const store = useTurnStore();
  const results = useQueries({ queries: groupIds.map((id) => turnsQuery(id)) });
  // A renewed answer may equal the last one and still be news, since the store forgets what runs when frames were missed.
  const renewed = results.map(({ dataUpdatedAt }) => dataUpdatedAt).join(" ");
  useEffect(() => {
    for (const { data } of results) if (data !== undefined) store.adopt(data);
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `results` is a new array at each render; `renewed` says when it differs
  }, [store, renewed]);
  return {
    pending: results.some(({ isPending }) => isPending),
    error: results.find(({ error }) => error !== null)?.error ?? null,
    retry: () => {
      for (const result of results) if (result.isError) void result.refetch();
    },
  };
};
