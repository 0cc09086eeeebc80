/** A secret's whole way: set on the command line, given to one group, used by its agent, and seen nowhere else. */
import { execFile } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { AuditPage } from "@praktor/protocol/audit";
import { VaultChange, VaultView } from "@praktor/protocol/vault";
import { describe, expect, onTestFinished, test } from "vitest";
import { requirement } from "./require.ts";
import { filesBelow } from "./support/files-below.ts";
import { engineChat } from "./support/engine-chats.ts";
import { agentImage, docker, engineAnswers, removeGroups } from "./support/engine.ts";
import {
  expectChangesArrive,
  expectNothingOutlivesRestarts,
  expectNothingStays,
  taskApart,
} from "./support/secrets-in-containers.ts";
import { friend, owner, System } from "./support/system.ts";
import { lengthNow, longTurn, newPassphrase, token, vault } from "./support/vault-hands.ts";

const cleanUpMs = 120_000;
const file = "-----BEGIN KEY-----\nQ2FuYXJ5S2V5T2ZUaGVWYXVsdA\n-----END KEY-----\n";

/** A change while the agent works: the turn after that one has it, however soon it comes. */
async function expectChangeBeforeTheNextTurn(system: System, groupId: number): Promise<void> {
  const turn = await longTurn(system, groupId);
  const changed = await system.send("PUT", "/api/vault/API_TOKEN", { value: "another-value-of-it" });
  const { restarted, restart_later: later } = VaultChange.parse(await changed.json());
  expect({ restarted, later }).toEqual({ restarted: [], later: [String(groupId)] });
  const since = system.telegram.sequence;
  system.say(lengthNow, groupId);
  expect(await turn.letGo()).toBe("worked with [redacted]");
  expect((await system.answerMatching(/length \d+/, groupId, since)).text).toContain("length 19");
}

/** After the gateway's end: the new passphrase opens what it kept, the old one nothing. */
async function expectRotated(environment: Record<string, string>): Promise<void> {
  const under = (passphrase: string) =>
    vault({ ...environment, PRAKTOR_VAULT_PASSPHRASE: passphrase }, ["set", "AFTER_ROTATION"], token);
  expect(await under("correct horse battery")).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("The vault is locked"),
  });
  expect(await under(newPassphrase)).toMatchObject({ code: 0, stderr: "" });
}

async function usable(kind: "process" | "docker"): Promise<boolean> {
  if (kind === "process") {
    return await promisify(execFile)("bwrap", ["--ro-bind", "/", "/", "true"]).then(
      () => true,
      () => false,
    );
  }
  // An image of an older runner does not ask for secrets.
  const asks = docker(
    "run",
    "--rm",
    "--entrypoint",
    "grep",
    agentImage,
    "-q",
    "/v1/secrets",
    "/opt/praktor/agent-runner.mjs",
  );
  return (await engineAnswers()) && (await asks.then(() => true).catch(() => false));
}

describe.each([
  { kind: "process", needs: "bubblewrap", chats: [owner, friend], can: await usable("process") },
  {
    kind: "docker",
    needs: "docker",
    chats: [engineChat("vault"), engineChat("vault", 1)],
    can: await usable("docker"),
  },
] as const)("a secret, sandbox of kind $kind", { timeout: 240_000 }, ({ kind, needs, chats, can }) => {
  test.runIf(requirement(needs, can) === "run")(
    "reaches the agent of its group alone, and nobody sees its value",
    async () => {
      const [mine, other] = chats;
      if (kind === "docker") {
        await removeGroups(mine, other);
        // After the system's own end, however the test went.
        onTestFinished(() => removeGroups(mine, other), cleanUpMs);
      }
      await using system = await System.prepare({
        environment: {
          PRAKTOR_SANDBOX: kind,
          PRAKTOR_TELEGRAM_ALLOW_FROM: `${mine},${other}`,
          PRAKTOR_VAULT_PASSPHRASE: "correct horse battery",
          PRAKTOR_LOG_LEVEL: "debug",
          // What a container outlives a gateway for is found again at the same ports of its bridge.
          ...(kind === "docker" ? { PRAKTOR_NATS_PORT: "14222", PRAKTOR_SANDBOX_PORT: "14280" } : {}),
        },
      });
      const config = join(system.folder, "praktor.yaml");
      await writeFile(config, `agent:\n  image: ${agentImage}\n`);
      const environment = { ...system.environment(), PRAKTOR_CONFIG: config };
      // Before the first start, so without a gateway.
      expect(await vault(environment, ["set", "API_TOKEN"], `${token}\n`)).toMatchObject({
        code: 0,
        stdout: "Kept API_TOKEN.\n",
      });
      Object.assign(system.environmentOfGateway, { PRAKTOR_CONFIG: config });
      await system.startGateway();
      const say = async (text: string, chat: number): Promise<string> => (await system.ask(text, chat)).text;
      expect(await say('bash: echo "<$API_TOKEN>"', mine)).toBe("<>");

      expect((await vault(environment, ["set", "ssh.key", "--exact"], file)).code).toBe(0);
      const given = await vault(environment, ["assign", "API_TOKEN", String(mine), "--json"]);
      expect(given).toMatchObject({ code: 0, stderr: "" });
      expect(VaultChange.parse(JSON.parse(given.stdout))).toEqual({ restarted: [String(mine)], restart_later: [] });
      expect((await vault(environment, ["assign", "ssh.key", String(mine), "--file"])).stdout).toContain(
        "the file ssh.key",
      );

      const use =
        'bash: echo "${#API_TOKEN} $(cat $PRAKTOR_SECRETS/ssh.key | wc -l) $(stat -c %a $PRAKTOR_SECRETS/ssh.key)"';
      // From here on a sandbox of this group is on a bridge of its own that leads to the gateway alone.
      expect((await system.send("PATCH", `/api/groups/${mine}`, { network: "none" })).status).toBe(200);
      expect(await say(use, mine)).toBe(`${token.length} 3 400`);
      expect(await say('bash: echo "<$API_TOKEN> <$PRAKTOR_SECRETS>"', other)).toBe("<> <>");
      if (kind === "docker") await expectNothingStays(system, mine, [token, "Q2FuYXJ5S2V5T2ZUaGVWYXVsdA"]);

      // The sandbox that starts next is given what was sealed anew, and redaction goes on.
      expect(await vault(environment, ["rotate"], `${newPassphrase}\n`)).toMatchObject({
        code: 0,
        stdout: expect.stringContaining("under the new passphrase"),
      });

      // The agent gives everything away, as well as it can.
      const leak =
        "bash: echo $API_TOKEN; echo -n $API_TOKEN | base64; echo -n x$API_TOKEN | base64; echo -n $API_TOKEN | od -An -tx1; cat $PRAKTOR_SECRETS/ssh.key";
      const leaked = await say(leak, mine);
      expect(leaked).toContain("[redacted]");
      await say("bash: echo -n x$API_TOKEN | base64 > report.txt; echo kept", mine);
      const refused = await say('tool send_file {"path":"report.txt"}', mine);
      expect(refused).toContain("report.txt is not sent, because the secret API_TOKEN stands in it");
      expect(system.telegram.transcript(mine).filter((message) => message.file !== undefined)).toEqual([]);
      await say('bash: ptask create --name "say $API_TOKEN" --schedule "+2h" --prompt "$API_TOKEN"', mine);

      const apart = kind === "docker" ? await taskApart(system, mine, use) : null;

      const pages: Record<string, string> = {};
      for (const path of [`/api/groups/${mine}/messages`, "/api/tasks", "/api/vault", "/api/audit", "/api/status"]) {
        pages[path] = JSON.stringify(await system.getJson(path));
      }
      const inspection = kind === "docker" ? await docker("inspect", `praktor-agent-${mine}`) : "";
      const output = kind === "docker" ? await docker("logs", `praktor-agent-${mine}`) : "";
      const seen = {
        ...pages,
        log: JSON.stringify(system.log),
        chat: JSON.stringify(system.telegram.transcript(mine)),
        inspection,
        output,
      };
      const hidden = [
        token,
        btoa(token).slice(0, 27),
        "Q2FuYXJ5S2V5T2ZUaGVWYXVsdA",
        Buffer.from(token).toString("hex"),
        "correct horse",
        newPassphrase,
      ];
      for (const [where, text] of Object.entries(seen)) {
        for (const value of hidden)
          expect({ where, value, found: text.includes(value) }).toEqual({ where, value, found: false });
      }
      expect(pages["/api/tasks"]).toContain("say [redacted]");
      const actions = AuditPage.parse(await system.getJson("/api/audit?action=vault")).entries.map(
        ({ action }) => action,
      );
      expect(actions).toEqual(["vault.rotate", "vault.assign", "vault.assign", "vault.set", "vault.set"]);

      if (apart !== null) await expectChangesArrive(system, mine, apart);
      else await expectChangeBeforeTheNextTurn(system, mine);
      if (kind === "docker") await expectNothingOutlivesRestarts(system, mine, environment);

      expect((await vault(environment, ["get", "API_TOKEN", "--reveal"])).stderr).toContain("at a terminal only");
      await system.gateway.end("SIGTERM");
      // The agent's own transcript of the session is the agent's; what the gateway keeps is searched.
      const kept = [await readFile(join(system.folder, "praktor.db"))];
      const run = (await filesBelow(system.folder)).filter((path) => path.includes("/run/"));
      kept.push(...(await Promise.all(run.map((path) => readFile(path)))));
      const text = Buffer.concat(kept).toString("latin1");
      expect(hidden.filter((value) => text.includes(value))).toEqual([]);
      await expectRotated(environment);
    },
  );
});

test(
  "a vault that its passphrase does not open says so, to whoever needs it, and to nobody else",
  { timeout: 240_000 },
  async () => {
    await using system = await System.prepare({ environment: { PRAKTOR_VAULT_PASSPHRASE: "the right passphrase" } });
    await system.startGateway();
    await system.ask("echo hello");
    await system.ask("echo hello", friend);
    const environment = system.environment();
    expect(await vault(environment, ["set", "API_TOKEN"], token)).toMatchObject({ code: 0 });
    expect(await vault(environment, ["assign", "API_TOKEN", String(owner)])).toMatchObject({ code: 0, stderr: "" });
    expect(await vault(environment, ["assign", "API_TOKEN", "nobody"])).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(new RegExp(`no group "nobody".*ids: .*${owner} \\(.*${friend} \\(`)),
    });
    await system.gateway.end("SIGTERM");
    Object.assign(system.environmentOfGateway, { PRAKTOR_VAULT_PASSPHRASE: "another passphrase" });
    await system.startGateway();
    const answer = await system.ask("echo again");
    expect(answer.text).toContain("This group's secrets (API_TOKEN) cannot be read.");
    expect(answer.text).toContain("the passphrase is not the one");
    expect((await system.ask("echo again", friend)).text).toBe("again");
    const view = VaultView.parse(await system.getJson("/api/vault"));
    expect(view).toMatchObject({ state: "locked", secrets: [{ name: "API_TOKEN" }] });
    const refused = await vault(environment, ["set", "OTHER"], token);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("The vault is locked") });
    expect((await vault(environment, ["list"])).stdout).toContain("API_TOKEN");
    expect((await vault(environment, ["delete", "API_TOKEN"])).code).toBe(0);
    expect((await system.ask("echo at last")).text).toBe("at last");
  },
);
