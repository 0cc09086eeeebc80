/** The ways to the pages: a list at the side, or a bar at the bottom of a phone. */
import { Link } from "@tanstack/react-router";
import { en } from "../text/en.ts";
import { PAGES } from "./pages.ts";

export const SideNav = () => (
  <nav aria-label={en.nav.label}>
    <ul className="space-y-0.5">
      {PAGES.map(({ to, label, icon: Icon }) => (
        <li key={to}>
          <Link
            to={to}
            activeOptions={{ exact: to === "/", includeSearch: false }}
            className="flex h-9 items-center gap-3 rounded-lg px-2.5 font-medium transition-colors"
            activeProps={{ className: "bg-accent-soft text-accent" }}
            inactiveProps={{ className: "text-muted hover:bg-raised hover:text-text" }}
          >
            <Icon className="size-4" aria-hidden="true" />
            {label}
          </Link>
        </li>
      ))}
    </ul>
  </nav>
);

export const BottomNav = () => (
  <nav aria-label={en.nav.label} className="border-t bg-panel pb-[env(safe-area-inset-bottom)]">
    <ul className="grid grid-flow-col auto-cols-fr">
      {PAGES.map(({ to, label, icon: Icon }) => (
        <li key={to}>
          <Link
            to={to}
            activeOptions={{ exact: to === "/", includeSearch: false }}
            className="flex h-14 flex-col items-center justify-center gap-1 text-[10px] font-medium -outline-offset-2"
            activeProps={{ className: "text-accent" }}
            inactiveProps={{ className: "text-muted" }}
          >
            <Icon className="size-5" aria-hidden="true" />
            {label}
          </Link>
        </li>
      ))}
    </ul>
  </nav>
);
