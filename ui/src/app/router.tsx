/** Addresses and their pages; every page is loaded when it is first wanted. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router";
import { CompassIcon } from "lucide-react";
import { Empty } from "../components/states.tsx";
import { en } from "../text/en.ts";
import { readSearch } from "./conversation-search.ts";
import { PageFailed } from "./page-failed.tsx";
import { Shell } from "./shell.tsx";

const root = createRootRoute({ component: Shell });

const dashboard = createRoute({
  getParentRoute: () => root,
  path: "/",
  component: lazyRouteComponent(() => import("../pages/dashboard.tsx"), "DashboardPage"),
});

const groups = createRoute({
  getParentRoute: () => root,
  path: "/groups",
  component: lazyRouteComponent(() => import("../pages/groups.tsx"), "GroupsPage"),
});

const group = createRoute({
  getParentRoute: () => root,
  path: "/groups/$id",
  component: lazyRouteComponent(() => import("../pages/group.tsx"), "GroupDetailPage"),
});

const tasks = createRoute({
  getParentRoute: () => root,
  path: "/tasks",
  component: lazyRouteComponent(() => import("../pages/tasks.tsx"), "TasksPage"),
});

const people = createRoute({
  getParentRoute: () => root,
  path: "/people",
  component: lazyRouteComponent(() => import("../pages/people.tsx"), "PeoplePage"),
});

const vault = createRoute({
  getParentRoute: () => root,
  path: "/vault",
  component: lazyRouteComponent(() => import("../pages/vault.tsx"), "VaultPage"),
});

const audit = createRoute({
  getParentRoute: () => root,
  path: "/audit",
  component: lazyRouteComponent(() => import("../pages/audit.tsx"), "AuditLogPage"),
});

const swarms = createRoute({
  getParentRoute: () => root,
  path: "/swarms",
  component: lazyRouteComponent(() => import("../pages/swarms.tsx"), "SwarmsPage"),
});

const newSwarm = createRoute({
  getParentRoute: () => root,
  path: "/swarms/new",
  component: lazyRouteComponent(() => import("../pages/swarm-compose.tsx"), "SwarmComposePage"),
});

const swarm = createRoute({
  getParentRoute: () => root,
  path: "/swarms/$id",
  component: lazyRouteComponent(() => import("../pages/swarm-run.tsx"), "SwarmRunPage"),
});

const conversations = createRoute({
  getParentRoute: () => root,
  path: "/conversations",
  component: lazyRouteComponent(() => import("../pages/conversations.tsx"), "ConversationsPage"),
});

const noGroup = createRoute({
  getParentRoute: () => conversations,
  path: "/",
  component: lazyRouteComponent(() => import("../pages/conversations.tsx"), "NoGroupChosen"),
});

const conversation = createRoute({
  getParentRoute: () => conversations,
  path: "$groupId",
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import("../pages/conversation.tsx"), "ConversationPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    dashboard,
    groups,
    group,
    tasks,
    people,
    vault,
    audit,
    swarms,
    newSwarm,
    swarm,
    conversations.addChildren([noGroup, conversation]),
  ]),
  defaultPreload: "intent",
  defaultErrorComponent: PageFailed,
  defaultNotFoundComponent: () => (
    <div className="grid h-full place-items-center">
      <Empty icon={CompassIcon} heading="h1" title={en.error.notFoundTitle}>
        {en.error.notFound}
      </Empty>
    </div>
  ),
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
