/**
 * One sandbox does its worst – forks, takes memory, fills disks, floods the bus – while other groups are asked and must be answered.
 * Quiet blocks and blocks under attack alternate, so that what else the machine does falls on both.
 */
import { readFile } from "node:fs/promises";
import { setTimeout as delay } from "node:timers/promises";
import { engineDisk } from "../../gateway/src/sandbox/docker/testing/engine-disk.ts";
import { docker, removeGroups } from "./engine.ts";
import { engineChat } from "./engine-chats.ts";
import { System } from "./system.ts";

const attacker = engineChat("hostile-load");
/** Asked in turn; with the attacker as many as may have a sandbox at once. */
const others = [1, 2, 3, 4].map((index) => engineChat("hostile-load", index));
/** Telegram takes a message a second in a chat: what is sent sooner would measure that. */
const restMs = 1_200;
const readyWithinMs = 10_000;

export interface HostileLoadOptions {
  /** Pairs of a quiet block and one under attack, for each attack. */
  rounds: number;
  /** How long a block is. */
  seconds: number;
  /** An attack has had all of its rounds. */
  onAttack?: (report: AttackReport) => void;
}

export interface AttackReport {
  name: string;
  /** How long each answer to the other groups took between the attacks, and during them. */
  quietMs: number[];
  attackedMs: number[];
  /** What each attack itself printed. */
  said: string[];
  /** Whether the gateway answered `/readyz` with 200 in the middle of each attack. */
  ready: boolean;
}

export interface HostileLoadReport {
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
  const forks = `my ($first, $made, $refused) = ($$, 0, 0); my $end = time + ${seconds}; while (time < $end) { my $p = fork; if (!defined $p) { $refused++ } elsif ($p) { $made++ } } print "$made forked, $refused refused" if $$ == $first`;
  const memory = `my @held; my $end = time + ${seconds}; while (time < $end) { push @held, "x" x 50_000_000 } print "not stopped"`;
  const again = `end=$((SECONDS+${seconds})); while [ $SECONDS -lt $end ]; do perl -e '${memory}' || echo killed; done`;
  // The machine's own disk too, where only room and speed are the limit: a file that is written through and removed, again and again.
  const disk = `end=$((SECONDS+${seconds})); fill() { while [ $SECONDS -lt $end ]; do timeout ${seconds} dd if=/dev/zero of=$1 bs=1M $2 2>&1 | grep -v records; rm -f $1; done; }; fill /tmp/fill "" & fill /workspace/group/fill "count=1024 conv=fsync" & wait`;
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
  onAttack = () => {},
}: HostileLoadOptions): Promise<HostileLoadReport> {
  await removeGroups(attacker, ...others);
  // As an owner would name it in the settings.
  const disk = await engineDisk();
  try {
    await using system = await System.start({
      environment: {
        PRAKTOR_SANDBOX: "docker",
        PRAKTOR_TELEGRAM_ALLOW_FROM: [attacker, ...others].join(),
        ...(disk === null ? {} : { PRAKTOR_SANDBOX_DISK: disk }),
      },
    });
    for (const chat of [attacker, ...others]) await system.ask("echo here", chat);

    let asked = 0;
    const answeredAt = new Map<number, number>();
    const ask = async (): Promise<number> => {
      const words = `word ${++asked}`;
      const chat = others[asked % others.length] ?? attacker;
      await delay(Math.max(0, (answeredAt.get(chat) ?? 0) + restMs - performance.now()));
      const startedAt = performance.now();
      const { text } = await system.ask(`echo ${words}`, chat);
      if (text !== words) throw new Error(`Another group asked for "${words}" and was told: ${text}`);
      answeredAt.set(chat, performance.now());
      return performance.now() - startedAt;
    };
    const askUntil = async (over: Promise<unknown>): Promise<number[]> => {
      const block = { over: false };
      void over.finally(() => (block.over = true));
      const took: number[] = [];
      while (!block.over) {
        took.push(await ask());
      }
      return took;
    };

    const isReady = async (): Promise<boolean> =>
      await fetch(`${system.gateway.web}/readyz`, { signal: AbortSignal.timeout(readyWithinMs) }).then(
        ({ status }) => status === 200,
        () => false,
      );

    const flood = await readFile(new URL("nats-flood.mjs", import.meta.url), "utf8");
    const attacks: AttackReport[] = [];
    for (const { name, run } of attacksOf(seconds, flood)) {
      const report: AttackReport = { name, quietMs: [], attackedMs: [], said: [], ready: true };
      for (let round = 0; round < rounds; round++) {
        // A container that an attack has brought down is started by the next message.
        await system.ask("echo still here", attacker);
        report.quietMs.push(...(await askUntil(delay(seconds * 1000))));
        const attack = run();
        const ready = delay(seconds * 500).then(isReady);
        report.attackedMs.push(...(await askUntil(attack)));
        report.said.push(await attack);
        report.ready &&= await ready;
      }
      attacks.push(report);
      onAttack(report);
    }
    const attackerAnswered = (await system.ask("echo and again", attacker)).text === "and again";
    const status = await readFile(`/proc/${system.gateway.pid}/status`, "utf8");
    const gatewayMemoryMb = Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? Number.NaN) / 1024);
    return { attacks, attackerAnswered, gatewayMemoryMb };
  } finally {
    await removeGroups(attacker, ...others);
  }
}
