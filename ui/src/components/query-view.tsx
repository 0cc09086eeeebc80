/** Draws a query in each of its states, so that no page forgets one. */
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Failed, LoadingRows, Stale } from "./states.tsx";

export interface QueryViewProps<T> {
  query: Pick<UseQueryResult<T>, "data" | "error" | "refetch" | "isError">;
  /** Names what is loaded, as the subject of a sentence. */
  what: string;
  loading?: ReactNode;
  children: (data: T) => ReactNode;
}

export const QueryView = <T,>({ query, what, loading, children }: QueryViewProps<T>) => {
  const retry = (): void => void query.refetch();
  if (query.data === undefined) {
    return query.isError ? <Failed what={what} error={query.error} onRetry={retry} /> : (loading ?? <LoadingRows />);
  }
  return (
    <>
      {query.isError && <Stale what={what} error={query.error} onRetry={retry} />}
      {children(query.data)}
    </>
  );
};
