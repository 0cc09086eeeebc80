/** What the model's endpoint may fetch for the agents of a group: as far as the group's network goes, and no further. Pure. */
import type { NetworkPolicy } from "@praktor/protocol/network";
import type { RequestFacts } from "./request-facts.ts";

/** `search`: nothing but web searches. */
export type EndpointReach = "anything" | "search" | "nothing";

export function endpointReach(policy: NetworkPolicy, allowlistWebSearch: boolean): EndpointReach {
  switch (policy) {
    case "open":
      return "anything";
    case "allowlist":
      return allowlistWebSearch ? "search" : "nothing";
    case "none":
      return "nothing";
    default:
      return policy satisfies never;
  }
}

/** The sentence why a call may not go out, or null. */
export function reachRefusal(
  { reaches, searchesWeb }: Pick<RequestFacts, "reaches" | "searchesWeb">,
  reach: EndpointReach,
): string | null {
  if (reach === "anything") return null;
  const refused = [...reaches, ...(searchesWeb && reach === "nothing" ? ["a web search"] : [])];
  if (refused.length === 0) return null;
  return `Praktor does not let the model's endpoint reach for this agent what its group's network does not: the request asks for ${refused.join(", ")}. Send what is needed in the request itself; the group's network is set on its page.`;
}
