/** The pages, in the order of the navigation. */
import { CalendarClock, LayoutDashboard, MessagesSquare, UsersRound, Waypoints } from "lucide-react";
import { en } from "../text/en.ts";

export const PAGES = [
  { to: "/", label: en.nav.dashboard, icon: LayoutDashboard },
  { to: "/groups", label: en.nav.groups, icon: UsersRound },
  { to: "/tasks", label: en.nav.tasks, icon: CalendarClock },
  { to: "/swarms", label: en.nav.swarms, icon: Waypoints },
  { to: "/conversations", label: en.nav.conversations, icon: MessagesSquare },
] as const;

/** Pages that other pages lead to; the search finds them as well. */
export const FURTHER_PAGES = [{ to: "/people", label: en.people.title }] as const;
