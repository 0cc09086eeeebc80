/** Starts Mission Control: the sign-in at once, the pages as soon as they are loaded and allowed. */
import "./lib/zod-without-eval.ts";
import "./styles.css";
import { QueryClientProvider } from "@tanstack/react-query";
import { lazy, StrictMode, Suspense } from "react";
import { createRoot } from "react-dom/client";
import { makeQueryClient } from "./app/query-client.ts";
import { SessionGate } from "./app/session-gate.tsx";
import { Toasts } from "./components/toasts.tsx";

// Asked for here, not at the first render, so that it loads while the session is asked about.
const missionControl = import("./app/mission-control.tsx");
const MissionControl = lazy(async () => ({ default: (await missionControl).MissionControl }));

const place = document.getElementById("root");
if (place === null) throw new Error("index.html has no element #root: the build is broken.");

createRoot(place).render(
  <StrictMode>
    <QueryClientProvider client={makeQueryClient()}>
      <SessionGate>
        <Suspense>
          <MissionControl />
        </Suspense>
      </SessionGate>
      <Toasts />
    </QueryClientProvider>
  </StrictMode>,
);
