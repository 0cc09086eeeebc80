/** How an agent's programs find the way out that their group's network policy leaves them, and what the agent is told of it. */
import type { SandboxEnvironment } from "@praktor/protocol/sandbox-environment";

type Place = Pick<SandboxEnvironment, "PRAKTOR_NETWORK" | "PRAKTOR_ENDPOINT" | "PRAKTOR_TOKEN">;

/** Empty but for `allowlist`. Both spellings: curl reads `http_proxy` in small letters only, others only the great ones. */
export function proxyEnvironment({ PRAKTOR_NETWORK, PRAKTOR_ENDPOINT, PRAKTOR_TOKEN }: Place): Record<string, string> {
  if (PRAKTOR_NETWORK !== "allowlist") return {};
  const { host, hostname } = new URL(PRAKTOR_ENDPOINT);
  const proxy = `http://praktor:${encodeURIComponent(PRAKTOR_TOKEN)}@${host}`;
  // The model's endpoint and NATS are the gateway itself.
  const direct = `${hostname},localhost,127.0.0.1`;
  return {
    HTTP_PROXY: proxy,
    HTTPS_PROXY: proxy,
    NO_PROXY: direct,
    http_proxy: proxy,
    https_proxy: proxy,
    no_proxy: direct,
    // Node's own `fetch` asks for none otherwise.
    NODE_USE_ENV_PROXY: "1",
  };
}

/** Tools of Claude Code that the group's network leaves nothing to do: the gateway refuses the model calls of a search. */
export function unreachableTools({
  PRAKTOR_NETWORK,
  PRAKTOR_ALLOWLIST_WEB_SEARCH,
}: Pick<SandboxEnvironment, "PRAKTOR_NETWORK" | "PRAKTOR_ALLOWLIST_WEB_SEARCH">): string[] {
  switch (PRAKTOR_NETWORK) {
    case "open":
      return [];
    case "allowlist":
      return PRAKTOR_ALLOWLIST_WEB_SEARCH ? [] : ["WebSearch"];
    case "none":
      return ["WebFetch", "WebSearch"];
    default:
      return PRAKTOR_NETWORK satisfies never;
  }
}

/** For the system prompt; null where there is nothing to say. */
export function networkSentence(policy: Place["PRAKTOR_NETWORK"]): string | null {
  switch (policy) {
    case "open":
      return null;
    case "allowlist":
      return "The internet is reached only through the HTTP proxy in HTTPS_PROXY, and only at hosts that the owner has allowed for this group; names are resolved by the proxy alone. When it answers 403, its sentence says which host is missing: name that host to the person, who can add it on the group's page, instead of looking for a way around it. Some hosts wait for a person's yes: the connection then hangs until somebody has answered, which may take minutes, so when one hangs run the program again with a long timeout, such as curl without --max-time in a Bash call with a timeout of 600000; a yes holds until your turn ends, and after a no say what the host was needed for.";
    case "none":
      return "This sandbox has no internet, and so no WebFetch and no WebSearch: work with what is here, and say so when a task needs more.";
    default:
      return policy satisfies never;
  }
}
