/** The ways to the pages: a list at the side, or a bar at the bottom of a phone. */
import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { Ellipsis } from "lucide-react";
import { useState } from "react";
import { approvalsQuery } from "../api/queries.ts";
import { Badge } from "../components/badge.tsx";
import { Dialog } from "../components/dialog.tsx";
import { en } from "../text/en.ts";
import { FURTHER_PAGES, PAGES } from "./pages.ts";

export const SideNav = () => (
  <nav aria-label={en.nav.label}>
    <PageList pages={PAGES} />
    <div className="mx-2.5 my-2 border-t" />
    <PageList pages={FURTHER_PAGES} />
  </nav>
);

interface PageListProps {
  pages: readonly (typeof PAGES | typeof FURTHER_PAGES)[number][];
  onGo?: () => void;
}

const PageList = ({ pages, onGo }: PageListProps) => (
  <ul className="space-y-0.5">
    {pages.map(({ to, label, icon: Icon }) => (
      <li key={to}>
        <Link
          to={to}
          onClick={onGo}
          activeOptions={{ exact: to === "/", includeSearch: false }}
          className="flex h-9 items-center gap-3 rounded-lg px-2.5 font-medium transition-colors max-md:h-11"
          activeProps={{ className: "bg-accent-soft text-accent" }}
          inactiveProps={{ className: "text-muted hover:bg-raised hover:text-text" }}
        >
          <Icon className="size-4" aria-hidden="true" />
          {label}
          {to === "/" && <Waiting className="ml-auto" />}
        </Link>
      </li>
    ))}
  </ul>
);

/** How many questions wait for a person: they can be answered on the dashboard. */
const Waiting = ({ className }: { className: string }) => {
  const { data = [] } = useQuery(approvalsQuery);
  if (data.length === 0) return null;
  return (
    <Badge tone="warn" className={className}>
      <span aria-hidden="true">{data.length}</span>
      <span className="sr-only">({en.approvals.count(data.length)})</span>
    </Badge>
  );
};

const PLACE =
  "relative flex h-14 w-full flex-col items-center justify-center gap-1 text-[10px] font-medium -outline-offset-2";

export const BottomNav = () => {
  const [isMore, setMore] = useState(false);
  return (
    <nav aria-label={en.nav.label} className="border-t bg-panel pb-[env(safe-area-inset-bottom)]">
      <ul className="grid grid-flow-col auto-cols-fr">
        {PAGES.map(({ to, label, icon: Icon }) => (
          <li key={to}>
            <Link
              to={to}
              activeOptions={{ exact: to === "/", includeSearch: false }}
              className={PLACE}
              activeProps={{ className: "text-accent" }}
              inactiveProps={{ className: "text-muted" }}
            >
              <Icon className="size-5" aria-hidden="true" />
              {label}
              {to === "/" && <Waiting className="absolute top-1 left-1/2 ml-1.5 h-4 px-1.5 text-[10px]" />}
            </Link>
          </li>
        ))}
        <li>
          <button type="button" aria-haspopup="dialog" className={`${PLACE} text-muted`} onClick={() => setMore(true)}>
            <Ellipsis className="size-5" aria-hidden="true" />
            {en.nav.more}
          </button>
        </li>
      </ul>
      {isMore && (
        <Dialog title={en.nav.morePages} onClose={() => setMore(false)}>
          <PageList pages={FURTHER_PAGES} onGo={() => setMore(false)} />
        </Dialog>
      )}
    </nav>
  );
};
