/** The pages, in the order of the navigation. */
import {
  CalendarClock,
  ContactRound,
  LayoutDashboard,
  LockKeyhole,
  MessagesSquare,
  ScrollText,
  UsersRound,
  Waypoints,
} from "lucide-react";
import { en } from "../text/en.ts";

export const PAGES = [
  { to: "/", label: en.nav.dashboard, icon: LayoutDashboard },
  { to: "/groups", label: en.nav.groups, icon: UsersRound },
  { to: "/tasks", label: en.nav.tasks, icon: CalendarClock },
  { to: "/swarms", label: en.nav.swarms, icon: Waypoints },
  { to: "/conversations", label: en.nav.conversations, icon: MessagesSquare },
] as const;

/** Pages that are wanted less often: below the others at the side, behind a button on a phone. */
export const FURTHER_PAGES = [
  { to: "/people", label: en.people.title, icon: ContactRound },
  { to: "/vault", label: en.vault.title, icon: LockKeyhole },
  { to: "/audit", label: en.audit.title, icon: ScrollText },
] as const;
