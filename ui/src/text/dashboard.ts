/** The dashboard, without its usage. */
import { plural } from "./amounts.ts";
import { usageTexts } from "./usage.ts";

export const dashboardTexts = {
  dashboard: {
    title: "Dashboard",
    what: "The status",
    allWell: "Everything works",
    degraded: "Needs attention",
    since: (span: string) => `Up ${span}`,
    version: (version: string) => `Version ${version}`,
    agents: "Active agents",
    groups: "Groups",
    tasks: "Pending tasks",
    busMessages: "Bus messages",
    busDetail: (connections: number, subscriptions: number) =>
      `${plural(connections, "connection", "connections")}, ${plural(subscriptions, "subscription", "subscriptions")}`,
    health: "Health",
    healthEmpty: "No part has reported yet.",
    healthy: "Works",
    unhealthy: "Needs attention",
    running: "Running now",
    idleTitle: "Nothing runs",
    idle: "When an agent works, its steps appear here.",
    recent: "Recent messages",
    recentEmptyTitle: "No messages yet",
    recentEmpty: "Write to a group in Telegram or from its page.",
    part: (name: string) =>
      ({
        store: "Store",
        bus: "Message bus",
        nats: "Message bus",
        sandbox: "Sandboxes",
        model: "Model",
        telegram: "Telegram",
      })[name] ?? name,
  },
  next: {
    title: "What is next",
    all: "All tasks",
    noneTitle: "Nothing is scheduled",
    none: "Ask an agent for it, or add a task on the Tasks page.",
    more: (count: number) => `and ${count} more`,
  },
  attention: {
    title: "Needs you",
    what: "What needs you",
    kind: {
      turn_failed: "A turn failed",
      delivery_failed: "An answer was not delivered",
      delivery_uncertain: "A delivery is uncertain",
    },
    budgetNear: (what: string) => `A budget is nearly used: ${what}`,
    budgetSpent: (what: string) => `A budget is used up: ${what}`,
    budgetHow: (used: number, limit: number, state: "near" | "spent") =>
      `${usageTexts.budget.usedOf(used, limit)}. ${state === "spent" ? "The model is not asked again until the budget starts anew or is raised." : "At 100 % the model is not asked any more."}`,
  },
  approvals: {
    title: "Agents wait for your yes or no",
    what: "The agents' questions",
    until: (when: string) => `denied ${when} if nobody answers`,
    answered: "The agent goes on",
    failed: "The answer was not taken",
    rules: "Ask first",
    tools: "Tools that need a yes",
    toolsHint:
      "Names such as Bash or WebFetch, with a command or host where wanted: Bash(curl *), WebFetch(*.example.org). * stands for anything. People are asked in the chat and on the dashboard. Hosts that need a yes for whatever reaches them stand under Network.",
    toolsInvalid: "Names of letters, digits, -, _ and *, with a command or host in brackets where wanted; at most 50.",
    save: "Save",
    saved: "People are asked from the next message on",
    saveFailed: "The tools could not be saved",
  },
  onboarding: {
    title: "Getting started",
    progress: (done: number, all: number) => `${done} of ${all} done`,
    done: "done",
    open: "to do",
    off: "Not set up yet: config/praktor.example.yaml says how.",
    sandbox: "Sandboxes work",
    model: "A model key or token is set",
    telegram: "Telegram is connected",
    group: "A first group",
    groupHow: "Write to the bot in Telegram, or register a group on the Groups page.",
    message: "A first message",
    messageHow: "Write to the bot, or open a group's conversations here.",
  },
};
