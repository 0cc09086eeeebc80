/** Reads `/swarm a, b: task`: agents side by side; `a > b` one after the other; `a <> b` two who talk. Pure. */
import type { SwarmAgent, SwarmEdge } from "@praktor/protocol/swarm";
import { roleName } from "@praktor/protocol/team-plan";

export type SwarmCommand =
  /** One name alone may be a template's. */
  | { type: "start"; task: string; agents: SwarmAgent[]; edges: SwarmEdge[]; only: string | null }
  | { type: "stop" }
  | { type: "show" }
  | { type: "unclear"; reason: string };

/** `text` is what stands behind the command. */
export function parseSwarmCommand(text: string): SwarmCommand {
  const trimmed = text.trim();
  if (trimmed === "") return { type: "show" };
  if (/^stop$/i.test(trimmed)) return { type: "stop" };
  const colon = trimmed.indexOf(":");
  if (colon < 0) return { type: "unclear", reason: "The task is missing: it stands behind a colon." };
  const task = trimmed.slice(colon + 1).trim();
  if (task === "") return { type: "unclear", reason: "The task behind the colon is empty." };
  const agents = new Map<string, SwarmAgent>();
  const edges: SwarmEdge[] = [];
  const chains = trimmed.slice(0, colon).split(/[,\n]/);
  for (const chain of chains) {
    // The signs stay in the list, at its odd places.
    const parts = chain.split(/(<>|<->|>|→|↔)/);
    let before: string | null = null;
    for (const [index, part] of parts.entries()) {
      if (index % 2 === 1) continue;
      const role = roleName(part);
      if (role === null) return { type: "unclear", reason: unnamed(chain, chains.length) };
      if (!agents.has(role)) agents.set(role, { role, prompt: "" });
      const sign = parts[index - 1] ?? "";
      if (before !== null)
        edges.push({ from: before, to: role, kind: sign === ">" || sign === "→" ? "directed" : "mutual" });
      before = role;
    }
  }
  const [first] = agents.keys();
  return {
    type: "start",
    task,
    agents: [...agents.values()],
    edges,
    only: agents.size === 1 && first !== undefined ? first : null,
  };
}

function unnamed(chain: string, chains: number): string {
  const where = chain.trim() === "" && chains > 1 ? "Between two commas" : `In “${chain.trim()}”`;
  return `${where} an agent's name is missing.`;
}

export const swarmHelp = [
  "`/swarm researcher, critic: TASK` – both work side by side",
  "`/swarm researcher > writer: TASK` – the writer starts with what the researcher brought",
  "`/swarm writer <> critic: TASK` – the two talk while they work",
  "`/swarm stop` – ends what runs here",
].join("\n");
