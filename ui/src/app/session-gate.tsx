/** Lets those in who may use the API, and asks the others to sign in – at once when a call is answered with 401. */
import { useQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { sessionQuery } from "../api/queries.ts";
import { QueryView } from "../components/query-view.tsx";
import { SignInPage } from "../pages/sign-in.tsx";
import { en } from "../text/en.ts";

export const SessionGate = ({ children }: { children: ReactNode }) => {
  const session = useQuery(sessionQuery);
  if (session.data !== undefined) {
    return session.data.required && !session.data.signed_in ? <SignInPage /> : children;
  }
  return (
    <main className="grid h-dvh place-items-center">
      <QueryView query={session} what={en.session.what} loading={<span className="sr-only">{en.loading}</span>}>
        {() => null}
      </QueryView>
    </main>
  );
};
