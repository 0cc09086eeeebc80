/** What surrounds every page: navigation, the state of the connection, theme and sign-out. */
import { useQuery } from "@tanstack/react-query";
import { Outlet, useParams } from "@tanstack/react-router";
import { LogOut, Moon, Sun } from "lucide-react";
import { signOut } from "../api/endpoints.ts";
import { sessionQuery } from "../api/queries.ts";
import { Button } from "../components/button.tsx";
import { toastFailed } from "../components/toasts.tsx";
import { cn } from "../lib/cn.ts";
import { useTheme } from "../lib/theme.ts";
import { en } from "../text/en.ts";
import { Brand } from "./brand.tsx";
import { ConnectionPill } from "./connection-pill.tsx";
import { BottomNav, SideNav } from "./nav.tsx";
import { PaletteOpener } from "./palette-opener.tsx";
import { QuestionAnnouncer } from "./question-announcer.tsx";

export const Shell = () => {
  const { groupId } = useParams({ strict: false });
  // On a phone a conversation needs the height, and has its own way back.
  const inConversation = groupId !== undefined;
  return (
    <div className="flex h-dvh flex-col md:flex-row">
      <a
        href="#page"
        className="sr-only z-50 rounded-lg bg-solid px-3 py-2 text-white focus:not-sr-only focus:absolute focus:top-2 focus:left-2"
      >
        {en.nav.skip}
      </a>
      <QuestionAnnouncer />
      <aside className="hidden w-56 shrink-0 flex-col border-r bg-panel p-3 md:flex">
        <div className="mb-4 px-1.5 pt-1.5">
          <Brand />
        </div>
        <PaletteOpener wide keys />
        <SideNav />
        <div className="mt-auto flex items-center justify-between pl-1.5">
          <ConnectionPill />
          <Controls />
        </div>
      </aside>
      <header
        className={cn(
          "flex h-14 shrink-0 items-center justify-between border-b bg-panel pr-2 pl-4 md:hidden",
          inConversation && "hidden",
        )}
      >
        <Brand />
        <div className="flex items-center gap-1">
          <ConnectionPill />
          <PaletteOpener />
          <Controls />
        </div>
      </header>
      <main id="page" tabIndex={-1} className="min-h-0 min-w-0 flex-1 outline-none">
        <Outlet />
      </main>
      <div className={cn("shrink-0 md:hidden", inConversation && "hidden")}>
        <BottomNav />
      </div>
    </div>
  );
};

const Controls = () => {
  const [theme, toggle] = useTheme();
  const session = useQuery(sessionQuery);
  const leave = (): void => {
    signOut().then(
      () => location.reload(),
      (error: unknown) => toastFailed(en.session.signOutFailed, error),
    );
  };
  return (
    <div className="flex">
      <Button
        variant="ghost"
        size="icon"
        aria-label={theme === "dark" ? en.theme.toLight : en.theme.toDark}
        onClick={toggle}
      >
        {theme === "dark" ? <Sun aria-hidden="true" /> : <Moon aria-hidden="true" />}
      </Button>
      {session.data?.required === true && (
        <Button variant="ghost" size="icon" aria-label={en.session.signOut} onClick={leave}>
          <LogOut aria-hidden="true" />
        </Button>
      )}
    </div>
  );
};
