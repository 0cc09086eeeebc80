/** The query cache: retries what may pass, and turns any 401 into the sign-in page. */
import type { SessionView } from "@praktor/protocol/rest";
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { ApiError, isUnanswered } from "../api/api-error.ts";
import { onOtherTab } from "../api/page-token.ts";
import { sessionQuery } from "../api/queries.ts";

export const makeQueryClient = (): QueryClient => {
  const onError = (error: Error): void => {
    if (!(error instanceof ApiError) || error.status !== 401) return;
    client.setQueryData<SessionView>(sessionQuery.queryKey, { required: true, signed_in: false });
  };
  const client: QueryClient = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({ onError }),
    defaultOptions: {
      queries: {
        // The socket tells what changed; without it the page says so and renews everything on return.
        staleTime: 60_000,
        refetchOnWindowFocus: false,
        // What the gateway refused stays refused; what did not reach it may reach it next time.
        retry: (count, error) => count < 2 && isUnanswered(error),
        retryDelay: (count) => 400 * 2 ** count,
        // The browser's idea of being online says nothing about a gateway on this machine.
        networkMode: "always",
      },
      mutations: { networkMode: "always" },
    },
  });
  onOtherTab(() => void client.invalidateQueries({ queryKey: sessionQuery.queryKey }));
  return client;
};
