/** Row 4: connections to NATS are cut, and its server goes away and comes back. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { freePort } from "@praktor/simulators/free-port";
import { type Random, seededRandom } from "@praktor/simulators/seeded-random";
import { requirement } from "../../require.ts";
import type { GatewayParts } from "../build-gateway.ts";
import { Cable } from "../cable.ts";
import { agentImage, DockerStage } from "../docker-stage.ts";
import { NatsProgram } from "../nats-program.ts";
import { readDatabase } from "../read-database.ts";
import type { Row, RowOptions, RowReport } from "../row.ts";
import { run, works } from "../shell.ts";
import { describeFaults, Stage } from "../stage.ts";
import { engineAnswers, hasImage } from "../stand-in-image.ts";

export const lostBus: Row = {
  number: 4,
  fault: "NATS connections cut, the embedded server restarted, an external nats-server killed",
  goal: "0 lost; a turn in a container goes on through a restart of the embedded server",
  async run(options) {
    const reports: RowReport[] = [];
    const messages = options.short ? 12 : 200;
    // The kernel ends the connections, so that neither side is asked.
    if (works("ss", "-K", "dport", "=", "1"))
      reports.push(await cutEmbedded(options, { runner: "stand-in", messages }));
    else reports.push({ figures: ["embedded, connections cut: skipped, needs root and ss -K"], faults: [] });
    if (requirement("nats-server", NatsProgram.exists()) === "run") {
      reports.push(await loseExternal(options, { runner: "stand-in", messages }));
      if (!options.short) reports.push(await loseExternal(options, { runner: "claude", messages: 20 }));
    }
    if (!options.short && requirement("docker", engineAnswers()) === "run") {
      reports.push(await restartEmbedded(options, { runner: "stand-in", restarts: 10 }));
      if (hasImage(agentImage)) reports.push(await restartEmbedded(options, { runner: "claude", restarts: 2 }));
    }
    return { figures: reports.flatMap(({ figures }) => figures), faults: reports.flatMap(({ faults }) => faults) };
  },
};

interface BusPlan {
  runner: GatewayParts["runner"];
  messages: number;
}

async function cutEmbedded({ seed }: RowOptions, { runner, messages }: BusPlan): Promise<RowReport> {
  const random = seededRandom(seed);
  const [port, endpointPort] = [await freePort(), await freePort()];
  const environment = { PRAKTOR_NATS_PORT: String(port), PRAKTOR_SANDBOX_PORT: String(endpointPort) };
  await using stage = await Stage.prepare({ runner, seed, chats: 4, environment });
  const life = stage.launch();
  await life.gateway.up;
  const webPort = Number(new URL(life.gateway.web).port);
  // The gateway speaks to its own server through a port of its own.
  const innerPort = listeningPorts(life.gateway.pid).find((other) => ![port, endpointPort, webPort].includes(other));
  let cuts = 0;
  await writeWhile(stage, messages, random, async () => {
    const target = innerPort !== undefined && random() < 0.3 ? innerPort : port;
    run("ss", "-K", "dst", "127.0.0.1", "dport", "=", String(target));
    cuts += 1;
    await delay(100 + random() * 500);
  });
  return await report(stage, `${runner}, embedded server: connections cut ${cuts} times`);
}

async function loseExternal({ seed }: RowOptions, { runner, messages }: BusPlan): Promise<RowReport> {
  const random = seededRandom(seed);
  const folder = await mkdtemp(join(tmpdir(), "praktor-nats-"));
  try {
    const port = await freePort();
    const { server, credsFile, accountSeed } = await NatsProgram.configure(folder, port);
    await using _server = server;
    await server.start();
    await using cable = new Cable({ host: "127.0.0.1", port: 0 }, { host: "127.0.0.1", port });
    await cable.plug();
    await using stage = await Stage.prepare({
      runner,
      seed,
      chats: 4,
      environment: {
        PRAKTOR_NATS_URL: `nats://127.0.0.1:${cable.port}`,
        PRAKTOR_NATS_CREDS: credsFile,
        PRAKTOR_NATS_ACCOUNT_SEED: accountSeed,
      },
    });
    await stage.launch().gateway.up;
    const count = { cuts: 0, kills: 0 };
    await writeWhile(stage, messages, random, async () => {
      if (random() < 0.25) {
        count.kills += 1;
        await server.kill();
        await delay(200 + random() * 800);
        await server.start();
      } else {
        count.cuts += 1;
        cable.shake();
      }
      await delay(300 + random() * 700);
    });
    return await report(
      stage,
      `${runner}, nats-server: connections cut ${count.cuts} times, killed ${count.kills} times`,
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The embedded server restarts with its gateway; the containers, and the turns in them, go on. */
async function restartEmbedded(
  { seed }: RowOptions,
  { runner, restarts }: { runner: GatewayParts["runner"]; restarts: number },
): Promise<RowReport> {
  const random = seededRandom(seed);
  await using docker = await DockerStage.prepare({ runner, seed, chats: 3 });
  const { stage } = docker;
  let life = stage.launch();
  await life.gateway.up;
  for (const chatId of stage.chatIds) stage.say(chatId);
  await stage.settle();
  const before = new Set(readDatabase(stage.storePath).turns.map((turn) => turn.id));
  for (let restart = 1; restart <= restarts; restart += 1) {
    for (const chatId of stage.chatIds) stage.say(chatId, "work 3000");
    // Every turn must have been accepted before.
    await delay(runner === "claude" ? 2_500 : 1_200 + random() * 800);
    await stage.kill(life);
    life = stage.launch();
    await stage.settle();
  }
  const again = readDatabase(stage.storePath).turns.filter((turn) => !before.has(turn.id) && turn.attempt > 1);
  const { figures, faults } = await report(
    stage,
    `${runner} in containers: ${restarts} restarts of the embedded server`,
  );
  return {
    figures,
    faults: [...faults, ...again.map((turn) => `the turn ${turn.id} was begun ${turn.attempt} times`)],
  };
}

/** People write in little groups, and `disturb` runs again and again until all is written. */
async function writeWhile(stage: Stage, messages: number, random: Random, disturb: () => Promise<void>): Promise<void> {
  while (stage.said.length < messages) {
    for (let some = 0; some < 4 && stage.said.length < messages; some += 1) {
      stage.say(stage.chatIds[Math.floor(random() * stage.chatIds.length)] ?? 0);
    }
    await disturb();
  }
}

async function report(stage: Stage, what: string): Promise<RowReport> {
  const startedAt = Date.now();
  await stage.settle();
  const settledMs = Date.now() - startedAt;
  const findings = await stage.verdict();
  const { answered, repeats, marked } = findings;
  return {
    figures: [
      `${what}, ${stage.said.length} messages, ${answered} answered, ${repeats} repeats (${marked} marked), settled after ${settledMs} ms`,
    ],
    faults: describeFaults(findings),
  };
}

function listeningPorts(pid: number): number[] {
  const lines = run("ss", "-Hltnp").split("\n");
  return lines.flatMap((line) => {
    const port = /:(\d+)\s/.exec(line)?.[1];
    return port !== undefined && line.includes(`pid=${pid},`) ? [Number(port)] : [];
  });
}
