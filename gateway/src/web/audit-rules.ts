/** How requests on the page's API are called in the audit log. A change that nobody named is kept under its method and path. */

export interface AuditedRequest {
  action: string;
  groupId: string | null;
  target: string | null;
}

/** `:group` is a group's id, `:target` what it is done to. */
const rules: readonly (readonly [method: string, pattern: string, action: string | null])[] = [
  ["POST", "/api/session", "sign_in"],
  ["DELETE", "/api/session", "sign_out"],
  ["POST", "/api/groups", "group.register"],
  ["PUT", "/api/groups/:group", "group.change"],
  ["PATCH", "/api/groups/:group", "group.change"],
  // A message is kept with who wrote it; one more line about each would only hide the rest.
  ["POST", "/api/groups/:group/messages", null],
  ["PUT", "/api/groups/:group/files/content", "file.upload"],
  ["GET", "/api/groups/:group/files/content", "file.download"],
  // Says nothing yet; what is fetched with it is kept.
  ["POST", "/api/links", null],
  ["PUT", "/api/groups/:group/instructions", "instructions.change"],
  ["PUT", "/api/instructions", "instructions.change"],
  ["POST", "/api/turns/:target/stop", "turn.stop"],
  ["POST", "/api/agents/:group/start", "sandbox.start"],
  ["POST", "/api/agents/:group/stop", "sandbox.stop"],
  ["POST", "/api/tasks", "task.create"],
  ["PUT", "/api/tasks/:target", "task.change"],
  ["PATCH", "/api/tasks/:target", "task.change"],
  ["DELETE", "/api/tasks/:target", "task.delete"],
  ["POST", "/api/tasks/:target/run", "task.run"],
  ["POST", "/api/tasks/:target/pause", "task.pause"],
  ["POST", "/api/tasks/:target/resume", "task.resume"],
  ["POST", "/api/pairing", "pairing.offer"],
  ["POST", "/api/pairing/:target", "pairing.let_in"],
  ["DELETE", "/api/pairing/:target", "pairing.remove"],
  // Kept where it is answered, because people answer in Telegram too.
  ["POST", "/api/approvals/:target", null],
  ["POST", "/api/swarms", "swarm.start"],
  ["DELETE", "/api/swarms/:target", "swarm.delete"],
  ["POST", "/api/swarms/:target/cancel", "swarm.cancel"],
  ["POST", "/api/swarms/:target/replay", "swarm.start"],
  ["PUT", "/api/swarm-templates/:target", "swarm_template.save"],
  ["DELETE", "/api/swarm-templates/:target", "swarm_template.delete"],
  // The vault keeps its own lines, in one transaction with what they tell of.
  ["PUT", "/api/vault/:target", null],
  ["DELETE", "/api/vault/:target", null],
  ["PUT", "/api/vault/:target/groups/:group", null],
  ["DELETE", "/api/vault/:target/groups/:group", null],
];

/** Null for what is not kept: reading, and what is kept elsewhere. */
export function auditedRequest(method: string, path: string): AuditedRequest | null {
  const parts = path.split("/").map((part) => decoded(part));
  for (const [ruleMethod, pattern, action] of rules) {
    if (ruleMethod !== method) continue;
    const found = match(pattern.split("/"), parts);
    if (found) return action === null ? null : { action, ...found };
  }
  if (method === "GET" || method === "HEAD" || method === "OPTIONS" || !path.startsWith("/api/")) return null;
  return { action: `api.${method.toLowerCase()}`, groupId: null, target: path };
}

function match(pattern: string[], parts: string[]): { groupId: string | null; target: string | null } | null {
  if (pattern.length !== parts.length) return null;
  let groupId: string | null = null;
  let target: string | null = null;
  for (const [index, wanted] of pattern.entries()) {
    const part = parts[index] ?? "";
    if (wanted === ":group") groupId = part;
    else if (wanted === ":target") target = part;
    else if (wanted !== part) return null;
  }
  return { groupId, target };
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
