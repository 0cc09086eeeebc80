/** The pages for those who are signed in, with their live connection. */
import { RouterProvider } from "@tanstack/react-router";
import { LiveProvider } from "../live/live-context.tsx";
import { router } from "./router.tsx";

export const MissionControl = () => (
  <LiveProvider>
    <RouterProvider router={router} />
  </LiveProvider>
);
