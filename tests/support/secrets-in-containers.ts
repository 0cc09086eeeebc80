/** What holds of a group's secrets when its sandbox is a container: nothing of them stays, and every change arrives. */
import { TaskView } from "@praktor/protocol/tasks";
import { VaultChange } from "@praktor/protocol/vault";
import { expect } from "vitest";
import { inspect, isInternal, leftOf, mountsOf } from "./containers.ts";
import { agentImage, docker } from "./engine.ts";
import type { System } from "./system.ts";
import { lengthNow, longTurn, newPassphrase, token, vault } from "./vault-hands.ts";

/** The group's sandbox is stopped: nothing of what it was given is left in the engine. */
export async function expectNothingStays(system: System, groupId: number, values: readonly string[]): Promise<void> {
  expect((await system.send("POST", `/api/agents/${groupId}/stop`)).status).toBeLessThan(300);
  expect(await docker("ps", "-aq", "--filter", `label=praktor.group=${groupId}`)).toBe("");
  const volumes = (await docker("volume", "ls", "-q", "--filter", `label=praktor.group=${groupId}`)).split("\n");
  expect(volumes).toHaveLength(2);
  const mounts = volumes.flatMap((volume) => ["-v", `${volume}:/kept/${volume}:ro`]);
  const search = `find /kept -type f | wc -l; grep -rlF ${values.map((value) => `-e '${value}'`).join(" ")} /kept`;
  const found = await docker(
    "run",
    "--rm",
    "--network",
    "none",
    ...mounts,
    "--entrypoint",
    "sh",
    agentImage,
    "-c",
    `${search} || true`,
  );
  const [files = "", ...hits] = found.split("\n");
  expect(Number(files)).toBeGreaterThan(0);
  expect(hits).toEqual([]);
}

/** A task in a container of its own has what its group has, and may what its group may. Returns the id of its hidden group. */
export async function taskApart(system: System, groupId: number, use: string): Promise<string> {
  const since = system.telegram.sequence;
  const made = await system.send("POST", "/api/tasks", {
    group_id: String(groupId),
    name: "Apart",
    schedule: "+1h",
    prompt: `${use}; touch made-apart`,
    pre_check: "echo checked with $API_TOKEN in $PWD",
    own_sandbox: true,
  });
  const task = TaskView.parse(await made.json());
  const apart = `task-${task.id}`;
  expect((await system.send("POST", `/api/tasks/${task.id}/run`)).status).toBe(202);
  await system.answerMatching(new RegExp(`^${token.length} 3 400`), groupId, since);
  expect(JSON.stringify(system.model.requests.map(({ body }) => body))).toContain(
    "[The pre-check of this task printed:]\\nchecked with [redacted] in /workspace/group",
  );
  const [ours, its] = await Promise.all([inspect(groupId), inspect(apart)]);
  const places = (container: typeof ours): string[] =>
    mountsOf(container).filter((mount) => !mount.startsWith("praktor-sess-"));
  expect(places(its)).toEqual(places(ours));
  expect(mountsOf(its)).toContain(`praktor-sess-${apart} /home/praktor/.claude rw`);
  expect(Object.keys(its.NetworkSettings.Networks)).toEqual([`praktor-net-${apart}`]);
  expect(await isInternal(apart)).toBe(true);
  return apart;
}

/** A change reaches the task's sandbox as it reaches the chat's; a deleted task leaves nothing in the engine. */
export async function expectChangesArrive(system: System, groupId: number, apart: string): Promise<void> {
  const changed = await system.send("PUT", "/api/vault/API_TOKEN", { value: "another-value-of-it" });
  expect(VaultChange.parse(await changed.json()).restarted).toEqual([String(groupId), apart]);
  expect((await system.send("DELETE", `/api/vault/ssh.key/groups/${groupId}`)).status).toBe(200);
  const seen = await system.ask(
    'bash: echo "$(echo -n $API_TOKEN | wc -c) <$PRAKTOR_SECRETS>"; ls made-apart',
    groupId,
  );
  expect(seen.text).toMatch(/^19 <>\s+made-apart$/);
  expect((await system.send("DELETE", `/api/tasks/${apart.replace("task-", "")}`)).status).toBe(200);
  await expect.poll(async () => await leftOf(apart), { timeout: 30_000 }).toEqual([]);
}

/** What a container was given before a change, or before the key was lost, is neither kept nor said by it over restarts of the gateway. */
export async function expectNothingOutlivesRestarts(
  system: System,
  groupId: number,
  environment: Record<string, string>,
): Promise<void> {
  Object.assign(system.environmentOfGateway, { PRAKTOR_VAULT_PASSPHRASE: newPassphrase });
  const container = (): Promise<string> => docker("inspect", "--format", "{{.Id}}", `praktor-agent-${groupId}`);
  const turn = await longTurn(system, groupId);
  const first = await container();
  const changed = await system.send("PUT", "/api/vault/API_TOKEN", { value: "a-third-value-of-the-token" });
  expect(VaultChange.parse(await changed.json())).toEqual({ restarted: [], restart_later: [String(groupId)] });
  await system.crash();
  expect(await turn.letGo()).toBe("worked with [redacted]");
  expect((await system.ask(lengthNow, groupId)).text).toBe("length 26");
  const second = await container();
  expect(second).not.toBe(first);

  await system.gateway.end("SIGTERM");
  expect(await container()).toBe(second);
  const opens = { ...environment, PRAKTOR_VAULT_PASSPHRASE: newPassphrase };
  expect(await vault(opens, ["set", "API_TOKEN"], "kept-while-it-was-stopped")).toMatchObject({ code: 0, stderr: "" });
  await system.startGateway();
  expect((await system.ask(`${lengthNow}; echo $API_TOKEN`, groupId)).text).toMatch(/^length 25\s+\[redacted\]$/);
  const third = await container();
  expect(third).not.toBe(second);

  await system.gateway.end("SIGTERM");
  Object.assign(system.environmentOfGateway, { PRAKTOR_VAULT_PASSPHRASE: "a mistyped passphrase" });
  await system.startGateway();
  expect((await system.ask('bash: echo "says $API_TOKEN"', groupId)).text).toContain(
    "This group's secrets (API_TOKEN) cannot be read.",
  );
  expect(await docker("ps", "-aq", "--no-trunc", "--filter", `label=praktor.group=${groupId}`)).toBe("");
}
