/** One sandbox does its worst – forks, takes memory, fills its disk, floods the bus – while another group is asked and must be answered. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { docker, removeGroups } from "./engine.ts";
import { System } from "./system.ts";

const attacker = 990_071;
const bystander = 990_072;

export interface HostileLoadOptions {
  /** Questions of the bystander before, and during each attack. */
  rounds: number;
  /** How long each attack goes on at least. */
  seconds: number;
  say?: (line: string) => void;
}

export interface AttackReport {
  name: string;
  /** How long each of the bystander's answers took. */
  latenciesMs: number[];
  /** What the attack itself printed. */
  said: string;
  /** Whether the gateway answered `/readyz` with 200 each time. */
  ready: boolean;
}

export interface HostileLoadReport {
  beforeMs: number[];
  attacks: AttackReport[];
  /** The attacker's own group works again afterwards, in a new container if need be. */
  attackerAnswered: boolean;
  /** Of the gateway, in MiB, at the end. */
  gatewayMemoryMb: number;
}

/** As the agent's user, inside its container; what ends badly there is no failure here. */
async function inside(...command: string[]): Promise<string> {
  return await docker("exec", `praktor-agent-${attacker}`, ...command).catch((error: unknown) => String(error));
}

function attacksOf(seconds: number, flood: string): { name: string; run: () => Promise<string> }[] {
  const forks = `my ($made, $refused) = (0, 0); my $end = time + ${seconds}; while (time < $end) { my $p = fork; if (!defined $p) { $refused++; select undef, undef, undef, 0.001; next } if (!$p) { sleep 1; 1 while time < $end; exit } $made++ } print "$made forked, $refused refused"`;
  const memory = `my @held; my $end = time + ${seconds}; while (time < $end) { push @held, "x" x 50_000_000 } print "not stopped"`;
  const disk = `end=$((SECONDS+${seconds})); while [ $SECONDS -lt $end ]; do dd if=/dev/zero of=/tmp/fill bs=1M 2>&1 | grep -v records; rm -f /tmp/fill; done`;
  const again = `end=$((SECONDS+${seconds})); while [ $SECONDS -lt $end ]; do perl -e '${memory}' || echo killed; done`;
  return [
    { name: "fork bomb", run: () => inside("perl", "-e", forks) },
    { name: "memory hog", run: () => inside("bash", "-c", again) },
    { name: "disk filler", run: () => inside("bash", "-c", disk) },
    {
      name: "10,000 messages/s",
      run: () => inside("node", "--input-type=module", "-e", flood, "flood", "10000", String(seconds), "4"),
    },
  ];
}

export async function bearHostileLoad({
  rounds,
  seconds,
  say = () => {},
}: HostileLoadOptions): Promise<HostileLoadReport> {
  await removeGroups(attacker, bystander);
  await using prepared = await System.prepare();
  const config = join(prepared.folder, "praktor.yaml");
  await writeFile(config, "sandbox: { memory_mb: 1536, pids: 256 }\n");
  try {
    await using system = await System.start({
      environment: {
        PRAKTOR_SANDBOX: "docker",
        PRAKTOR_CONFIG: config,
        PRAKTOR_TELEGRAM_ALLOW_FROM: `${attacker},${bystander}`,
        PRAKTOR_NATS_PORT: "4222",
        PRAKTOR_SANDBOX_PORT: "4280",
      },
    });
    await Promise.all([system.ask("echo here", attacker), system.ask("echo here", bystander)]);

    let asked = 0;
    const ask = async (): Promise<number> => {
      const startedAt = performance.now();
      const words = `word ${++asked}`;
      const { text } = await system.ask(`echo ${words}`, bystander);
      if (text !== words) throw new Error(`The bystander asked for "${words}" and was told: ${text}`);
      return performance.now() - startedAt;
    };
    const askFor = async (wanted: () => boolean): Promise<number[]> => {
      const took: number[] = [];
      while (took.length < rounds || wanted()) {
        took.push(await ask());
        await delay(50);
      }
      return took;
    };

    const beforeMs = await askFor(() => false);
    const flood = await readFile(new URL("nats-flood.mjs", import.meta.url), "utf8");
    const attacks: AttackReport[] = [];
    for (const { name, run } of attacksOf(seconds, flood)) {
      // A container that an attack has brought down is started by the next message.
      await system.ask("echo still here", attacker);
      let over = false;
      const attack = run().finally(() => (over = true));
      await delay(300);
      let ready = true;
      const latenciesMs = await askFor(() => !over);
      ready &&= (await fetch(`${system.gateway.web}/readyz`)).status === 200;
      const said = await attack;
      attacks.push({ name, latenciesMs, said, ready });
      say(`  ${name}: ${said.slice(-200).replaceAll("\n", "; ")}`);
    }
    const attackerAnswered = (await system.ask("echo and again", attacker)).text === "and again";
    const status = await readFile(`/proc/${system.gateway.pid}/status`, "utf8");
    const gatewayMemoryMb = Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024);
    return { beforeMs, attacks, attackerAnswered, gatewayMemoryMb };
  } finally {
    await removeGroups(attacker, bystander);
  }
}
