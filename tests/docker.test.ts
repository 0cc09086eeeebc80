/** The main job with containers, the gateway on the host: volumes, networks, adoption, and what one agent can reach of another. */
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { AuditPage } from "@praktor/protocol/audit";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { requirement } from "./require.ts";
import { inspect, isInternal, leftOf, mountsOf } from "./support/containers.ts";
import { engineChat } from "./support/engine-chats.ts";
import { agentImage, docker, engineAnswers, imageExists, removeGroups } from "./support/engine.ts";
import { SwarmDesk } from "./support/swarm-desk.ts";
import { canaryKey, System } from "./support/system.ts";

const usable = (await engineAnswers()) && (await imageExists(agentImage));
const ada = engineChat("docker");
const grace = engineChat("docker", 1);
const long = process.env["PRAKTOR_LONG"] === "1";
const patient = { timeout: 120_000, interval: 200 };

describe.runIf(requirement("docker", usable) === "run")("the main job with containers", { timeout: 240_000 }, () => {
  let system: System;
  const swarms = new SwarmDesk(() => system);

  beforeAll(async () => {
    await removeGroups(ada, grace);
    system = await System.prepare({
      environment: {
        PRAKTOR_SANDBOX: "docker",
        PRAKTOR_TELEGRAM_ALLOW_FROM: `${ada},${grace}`,
        PRAKTOR_NATS_PORT: "4222",
        PRAKTOR_SANDBOX_PORT: "4280",
        PRAKTOR_VAULT_PASSPHRASE: "correct horse battery",
      },
    });
    const config = join(system.folder, "praktor.yaml");
    await writeFile(config, `agent:\n  image: ${agentImage}\n`);
    Object.assign(system.environmentOfGateway, { PRAKTOR_CONFIG: config });
    await system.startGateway();
  });
  afterAll(async () => {
    await system?.[Symbol.asyncDispose]();
    await removeGroups(ada, grace);
  }, 120_000);

  test("an update in, the answer out, from a container that looks as promised", async () => {
    expect((await system.ask("echo from a container", ada)).text).toBe("from a container");
    const container = await inspect(ada);
    const folder = Object.keys(container.NetworkSettings.Networks)[0]?.replace("praktor-net-", "") ?? "";
    expect(folder).toContain(String(ada));
    expect(container.Config.User).toMatch(/^10321/);
    expect(container.Config.Labels).toMatchObject({ "praktor.managed": "true", "praktor.group": String(ada) });
    expect(container.HostConfig).toMatchObject({ CapDrop: ["ALL"], ReadonlyRootfs: true });
    expect(container.Config.Env.join("\n")).not.toContain(canaryKey);
    expect(mountsOf(container)).toEqual([
      "praktor-global /workspace/global ro",
      `praktor-sess-${folder} /home/praktor/.claude rw`,
      `praktor-wk-${folder} /workspace/group rw`,
    ]);
  });

  test("the agent is uid 10321, sees no key, and reads the global instructions", async () => {
    const answer = await system.ask(
      "bash: id -u; env | grep -c canary; head -1 /workspace/global/CLAUDE.md; ptask --help | head -1",
      ada,
    );
    expect(answer.text).toContain("10321");
    expect(answer.text).toContain("You are Praktor");
    expect(answer.text).not.toContain(canaryKey);
  });

  test("the session goes on after the container was killed", async () => {
    await docker("kill", `praktor-agent-${ada}`);
    expect((await system.ask("what did I say first?", ada)).text).toContain("from a container");
  });

  test("a restarted gateway adopts the container, and the session goes on", async () => {
    const before = await inspect(ada);
    await system.gateway.end("SIGTERM");
    await system.startGateway();
    expect((await system.ask("what did I say first?", ada)).text).toContain("from a container");
    expect((await inspect(ada)).Id).toBe(before.Id);
  });

  test("a turn that runs through a killed gateway completes in the same container", async () => {
    const before = await inspect(ada);
    const since = system.telegram.sequence;
    system.say(
      "bash: for i in 1 2 3 4 5 6; do read -t 1 < <(:) ; perl -e 'select undef,undef,undef,1'; done; echo through-the-crash",
      ada,
    );
    await system.model.waitUntil(
      (model) => model.requests.some((request) => JSON.stringify(request.body).includes("through-the-crash")),
      "the call",
    );
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await system.crash();
    await system.answerMatching(/through-the-crash/, ada, since);
    expect((await inspect(ada)).Id).toBe(before.Id);
    expect(system.answers(ada).filter((text) => text.includes("through-the-crash"))).toHaveLength(1);
  });

  test("stricter settings: a turn goes on in the container of before, and the next one has a new one (with PRAKTOR_LONG an idle one too)", async () => {
    const restartWith = async (megabytes: number): Promise<void> => {
      await writeFile(
        system.environmentOfGateway["PRAKTOR_CONFIG"] ?? "",
        `agent:\n  image: ${agentImage}\nsandbox:\n  memory_mb: ${megabytes}\n`,
      );
      await system.crash();
    };
    const before = await inspect(ada);
    const since = system.telegram.sequence;
    // It goes on until it is told: a slow machine restarts the gateway no sooner than it is done otherwise.
    system.say(
      "bash: touch began; until test -e go-on; do perl -e 'select undef,undef,undef,0.2'; done; rm began go-on; echo under-the-former-limit",
      ada,
    );
    await expect.poll(() => docker("exec", before.Id, "ls", "/workspace/group"), patient).toContain("began");
    await restartWith(1_500);
    await docker("exec", before.Id, "touch", "/workspace/group/go-on");
    await system.answerMatching(/under-the-former-limit/, ada, since);
    expect((await system.ask("what did I say first?", ada)).text).toContain("from a container");
    const renewed = await inspect(ada);
    expect(renewed.Id).not.toBe(before.Id);
    expect(renewed.HostConfig.Memory).toBe(1_500 * 1024 * 1024);

    if (!long) return;
    await restartWith(1_400);
    expect((await system.ask("what did I say first?", ada)).text).toContain("from a container");
    expect((await inspect(ada)).HostConfig.Memory).toBe(1_400 * 1024 * 1024);
  });

  test("a model call that is cut by the gateway's end is made again, and the answer comes once", async () => {
    const since = system.telegram.sequence;
    system.say("slow 5000: said through the restart", ada);
    await system.model.waitUntil(
      (model) => model.requests.some((request) => JSON.stringify(request.body).includes("slow 5000")),
      "the call",
    );
    await system.crash();
    await system.answerMatching(/said through the restart/, ada, since);
    expect(system.answers(ada).filter((text) => text.includes("said through the restart"))).toHaveLength(1);
  });

  test("one agent reaches neither another's container nor the page, nor is it served on another group's bridge, with that group's token either", async () => {
    await system.ask("echo hello from grace", grace);
    const [own, other] = await Promise.all([inspect(ada), inspect(grace)]);
    const otherNetwork = Object.values(other.NetworkSettings.Networks)[0];
    const ownNetwork = Object.values(own.NetworkSettings.Networks)[0];
    const page = new URL(system.gateway.web).port;
    const stolen = (await docker("exec", `praktor-agent-${grace}`, "printenv", "PRAKTOR_TOKEN")).trim();
    const script = [
      `ping() { curl -s -m 2 -o /dev/null -w '%{http_code}' "$@" || true; }`,
      `echo own=$(ping -H "authorization: Bearer $PRAKTOR_TOKEN" http://${ownNetwork?.Gateway}:4280/nothing)`,
      `echo foreign=$(ping -H "authorization: Bearer ${stolen}" http://${otherNetwork?.Gateway}:4280/nothing)`,
      `echo container=$(ping http://${otherNetwork?.IPAddress}:80/)-$(timeout 2 bash -c '</dev/tcp/${otherNetwork?.IPAddress}/22' 2>&1 | grep -c refused)`,
      `echo page=$(ping http://${ownNetwork?.Gateway}:${page}/)`,
    ].join("; ");
    const seen = await docker("exec", `praktor-agent-${ada}`, "bash", "-c", script);
    // The token is known on its own bridge (404: no such path), and who comes from another one is closed unread.
    expect(seen).toContain("own=404");
    expect(seen).toContain("foreign=000");
    const kept = async (): Promise<unknown> =>
      AuditPage.parse(await system.getJson(`/api/audit?action=sandbox.connect&group_id=${grace}`)).entries[0];
    await expect.poll(kept, patient).toMatchObject({ actor: { type: "agent", id: String(ada) }, outcome: "refused" });
    // Not even refused: what is sent to another bridge goes nowhere.
    expect(seen).toContain("container=000-0");
    expect(seen).toContain("page=000");
  });

  test("a swarm: each member has its own place, and what comes of it is the same though a member is killed (with PRAKTOR_LONG the gateway too)", async () => {
    // Another group's files, of which nothing may get out by the network, and its secret.
    const files = (await inspect(grace)).Config.Labels["praktor.folder"];
    await system.ask("write note.txt: what grace knows", grace);
    expect((await system.send("PATCH", `/api/groups/${grace}`, { network: "none" })).status).toBe(200);
    for (const group of [ada, grace]) {
      const name = `TEAM_${group}`;
      expect((await system.send("PUT", `/api/vault/${name}`, { value: `value of ${name}` })).status).toBe(200);
      expect((await system.send("PUT", `/api/vault/${name}/groups/${group}`)).status).toBe(200);
    }
    const wait = `perl -e 'select undef, undef, undef, 0.2 until -e "/workspace/swarm/go"'`;
    const { id, nodes } = await swarms.start({
      task: "Look around",
      group_id: String(ada),
      agents: [
        {
          role: "scout",
          group_folder: files,
          prompt:
            "bash: cat /workspace/group/note.txt; touch /workspace/group/mark 2>&1; env | grep -c TEAM_; echo private > mine; echo for all > /workspace/swarm/words",
        },
        {
          role: "writer",
          prompt: `bash: ls -A . /workspace/group; cat /workspace/swarm/words; env | grep -c TEAM_; ${wait}; echo written\ntool swarm_send {"to":"critic","text":"echo CHERRY"}`,
        },
        {
          role: "critic",
          prompt: `bash: ${wait}; echo judged\ntool swarm_board_write {"key":"fruit","value":"mango"}`,
        },
        { role: "boss", prompt: "tool swarm_board_read {}" },
      ],
      edges: [
        { from: "scout", to: "writer" },
        { from: "writer", to: "critic", kind: "mutual" },
      ],
      lead: "boss",
    });
    const memberOf = (role: string): string => nodes.find((node) => node.role === role)?.member_id ?? "";
    const writer = memberOf("writer");
    const critic = memberOf("critic");
    await swarms.atWork(id, "writer", "critic");
    const killed = await inspect(writer);
    const spared = await inspect(critic);
    expect(mountsOf(killed)).toEqual([
      "praktor-global /workspace/global ro",
      `praktor-own-${writer} /workspace/own rw`,
      `praktor-sess-${writer} /home/praktor/.claude rw`,
      `praktor-swarm-${writer.slice(0, 11)} /workspace/swarm rw`,
    ]);
    await docker("kill", `praktor-agent-${writer}`);
    await expect.poll(async () => (await inspect(writer).catch(() => killed)).Id, patient).not.toBe(killed.Id);
    await swarms.atWork(id, "writer", "critic");
    const resumed = await inspect(writer);
    if (long) await system.crash();
    await swarms.atWork(id, "writer", "critic");
    expect([(await inspect(writer)).Id, (await inspect(critic)).Id]).toEqual([resumed.Id, spared.Id]);
    await docker("exec", `praktor-agent-${critic}`, "touch", "/workspace/swarm/go");

    const ended = await swarms.over(id);
    expect(ended).toMatchObject({ status: "succeeded", error: null });
    const result = (role: string): string => ended.results[role] ?? "";
    expect(result("scout")).toMatch(/^what grace knows.*Read-only file system\n0$/ms);
    // Its own place was empty, nobody's files are there for it, and no group's secrets.
    expect(result("writer")).toMatch(/^\.:\n\n\/workspace\/group:\nfor all\n0\nwritten$/m);
    expect(result("critic")).toContain("CHERRY");
    expect(ended.answer).toContain("mango");
    expect(ended.nodes.map(({ turns }) => turns)).toEqual([1, 1, 2, 1]);
    expect(await swarms.messages(id)).toMatchObject([
      { from: "writer", to: "critic", text: "echo CHERRY", deliveries: [{ to: "critic", state: "delivered" }] },
    ]);
    expect([await isInternal(memberOf("scout")), await isInternal(writer)]).toEqual([true, false]);

    expect((await system.send("DELETE", `/api/swarms/${id}`)).status).toBe(200);
    expect(await leftOf(writer.slice(0, 11))).toEqual([]);
  });

  test("a swarm that is cancelled leaves no container, and deleted no volume", async () => {
    const hold = "bash: perl -e 'select undef, undef, undef, 600'";
    const { id, nodes } = await swarms.start({
      task: "Hold on",
      group_id: String(ada),
      agents: ["a", "b"].map((role) => ({ role, prompt: hold })),
    });
    await swarms.atWork(id, "a");
    expect((await system.send("POST", `/api/swarms/${id}/cancel`)).status).toBe(200);
    expect(await swarms.run(id)).toMatchObject({ status: "cancelled" });
    const prefix = nodes[0]?.member_id.slice(0, 11) ?? "";
    await expect.poll(() => docker("ps", "-aq", "--filter", `name=${prefix}`), patient).toBe("");
    expect((await system.send("DELETE", `/api/swarms/${id}`)).status).toBe(200);
    expect(await leftOf(prefix)).toEqual([]);
  });

  test("files of the workspace are listed, read and written over the page's API", async () => {
    const files = `${system.gateway.web}/api/groups/${ada}/files`;
    const bytes = new Uint8Array(3_000_000).map((_, index) => index % 251);
    const put = await fetch(`${files}/content?path=big/blob.bin`, {
      method: "PUT",
      body: bytes,
      headers: { origin: system.gateway.web },
    });
    expect(put.status).toBe(201);
    const got = new Uint8Array(await (await fetch(`${files}/content?path=big/blob.bin`)).arrayBuffer());
    expect(Buffer.compare(got, bytes)).toBe(0);
    expect((await system.ask("bash: stat -c '%U %s' big/blob.bin", ada)).text).toContain("praktor 3000000");
  });
});

describe.runIf(requirement("docker", usable) === "run")(
  "what a person hears of containers that cannot start",
  { timeout: 60_000 },
  () => {
    test("a missing image is named, with what to do", async () => {
      onTestFinished(() => removeGroups(ada), 120_000);
      await using system = await System.prepare();
      const config = join(system.folder, "praktor.yaml");
      await writeFile(config, "agent:\n  image: praktor-agent:no-such-tag\n");
      await using started = await System.start({
        environment: { PRAKTOR_SANDBOX: "docker", PRAKTOR_CONFIG: config, PRAKTOR_TELEGRAM_ALLOW_FROM: String(ada) },
      });
      const answer = await started.ask("echo hello", ada);
      expect(answer.text).toMatch(/praktor-agent:no-such-tag/);
      expect(answer.text).toMatch(/make containers/);
    });
  },
);

describe.runIf(requirement("docker", usable) === "run")("a gateway that is away for long", { timeout: 90_000 }, () => {
  test("longer than the sandbox's credential lives: what the turn did meanwhile still arrives, once", async () => {
    await removeGroups(ada);
    onTestFinished(() => removeGroups(ada), 120_000);
    await using prepared = await System.prepare();
    const config = join(prepared.folder, "praktor.yaml");
    await writeFile(config, "nats:\n  credential_life: 4s\n");
    await using system = await System.start({
      environment: {
        PRAKTOR_SANDBOX: "docker",
        PRAKTOR_CONFIG: config,
        PRAKTOR_TELEGRAM_ALLOW_FROM: String(ada),
        PRAKTOR_NATS_PORT: "4222",
        PRAKTOR_SANDBOX_PORT: "4280",
      },
    });
    const since = system.telegram.sequence;
    system.say("bash: perl -e 'select undef,undef,undef,6'; echo outlived-its-credential", ada);
    await system.model.waitUntil(
      (model) => model.requests.some((request) => JSON.stringify(request.body).includes("outlived-its-credential")),
      "the call",
    );
    await new Promise((resolve) => setTimeout(resolve, 1000));
    await system.gateway.end("SIGKILL");
    await new Promise((resolve) => setTimeout(resolve, 9000));
    await system.startGateway();
    await system.answerMatching(/outlived-its-credential/, ada, since);
    expect(system.answers(ada).filter((text) => text.includes("outlived-its-credential"))).toHaveLength(1);
  });
});
