/** `praktor doctor`: looks at what Praktor needs and at what agents can reach, says what to do, and installs the host's rule. */
import type { Command } from "commander";
import Docker from "dockerode";
import { loadSettings } from "../config/load-settings.ts";
import { errorMessage, PraktorError } from "../kit/praktor-error.ts";
import { keepCommand } from "../keep-command.ts";
import { askGateway, Belongings, type DoneCommand } from "../local-control.ts";
import { Engine } from "../sandbox/docker/engine.ts";
import { findOwnContainer } from "../sandbox/docker/own-container.ts";
import { lookAtBrowser } from "./doctor/browser-finding.ts";
import type { Finding } from "./doctor/finding.ts";
import { firewallRule, installFirewall } from "./doctor/firewall.ts";
import { lookFromInside } from "./doctor/from-inside.ts";
import { lookForLeftOvers } from "./doctor/left-overs.ts";
import { readListeners } from "./doctor/listeners.ts";
import { engineFinding, lookAround } from "./doctor/look-around.ts";
import { lookAtSettings } from "./doctor/settings-findings.ts";
import { lookAtPorts, thisMachine } from "./doctor/ports.ts";

const deadlineMs = 120_000;
const marks = { ok: "✓", warn: "!", bad: "✗" } as const;

export function addDoctorCommand(program: Command): void {
  program
    .command("doctor")
    .description("look at what Praktor needs, and from inside a container at what agents can reach")
    .option(
      "--fix",
      "remove networks that nobody owns, and install the host's firewall rule for agents' bridges (needs root)",
    )
    .option("--json", "print the findings as JSON")
    .action(async (options: { fix?: boolean; json?: boolean }) => {
      const settings = await loadSettings(process.env);
      const signal = AbortSignal.timeout(deadlineMs);
      const findings = await lookAround(settings, signal);
      const isContainer = settings.sandbox.kind === "docker" && (await runsInContainer(signal));
      findings.push(...lookAtSettings(settings, process.env, isContainer));
      const owned = await belongings(settings.store.path);
      const listeners = await readListeners();
      findings.push(await lookAtPorts({ ...thisMachine(), settings, listeners, isRunning: owned !== null }));
      const { kind, network, port } = settings.sandbox;
      if (kind === "process") {
        findings.push({
          level: "warn",
          what: "Isolation",
          detail: "Agents run as processes: they share this machine's network, and network policies do not hold.",
          advice: "Use sandbox.kind: docker where agents read what strangers wrote.",
        });
      } else {
        const engine = await engineFinding(settings, signal);
        findings.push(engine);
        const browser = engine.level !== "bad" ? await lookAtBrowser(settings.agent.image, signal) : null;
        if (browser !== null) findings.push(browser);
        const keep = async (done: Omit<DoneCommand, "action">): Promise<void> => {
          const kept = keepCommand(settings.store.path, { action: "doctor.fix", ...done });
          await kept.catch((error: unknown) => {
            const detail = `What was done could not be kept in the audit log: ${errorMessage(error)}`;
            findings.push({ level: "warn", what: "Audit log", detail });
          });
        };
        if (options.fix === true) {
          const firewall = await installFirewall(firewallRule("praktor", [settings.nats.port, port]));
          findings.push(firewall);
          const outcome = firewall.level === "ok" ? "ok" : "failed";
          await keep({ outcome, target: "firewall", detail: firewall.detail.slice(0, 2_000) });
        }
        if (engine.level !== "bad") {
          const ask = (): Promise<Belongings | null> => belongings(settings.store.path);
          const onRemoved = async (names: readonly string[]): Promise<void> =>
            await keep({ outcome: "ok", target: "networks", detail: `Removed: ${names.join(", ")}`.slice(0, 2_000) });
          findings.push(await lookForLeftOvers(ask, options.fix === true ? onRemoved : null, signal));
          findings.push(...(await inside(lookFromInside({ settings, listeners, inContainer: isContainer }, signal))));
        }
        findings.push({ level: "ok", what: "Network policy", detail: `${network}, where a group says nothing else.` });
      }
      if (options.json === true) process.stdout.write(`${JSON.stringify({ findings }, null, 2)}\n`);
      else process.stdout.write(`${findings.map(line).join("\n")}\n\n${verdict(findings)}\n`);
      const bad = findings.filter(({ level }) => level === "bad").map(({ what }) => what);
      if (bad.length > 0)
        throw new PraktorError("unwell", `This is to be mended: ${bad.join(", ")}. Above stands how.`);
    });
}

/** Of the gateway that runs; null where none does. */
async function belongings(storePath: string): Promise<Belongings | null> {
  return await askGateway(storePath, "/belongings", null, Belongings).catch((error: unknown) => {
    if (error instanceof PraktorError) return null;
    throw error;
  });
}

/** False where no engine can say so. */
async function runsInContainer(signal: AbortSignal): Promise<boolean> {
  const own = findOwnContainer(new Engine(new Docker()), signal);
  return (await own.catch(() => undefined)) !== undefined;
}

async function inside(looking: Promise<Finding[]>): Promise<Finding[]> {
  return await looking.catch((error: unknown) => {
    const hint = error instanceof PraktorError ? error.hint : undefined;
    const detail = `Nothing could be tried from inside a container: ${errorMessage(error)}`;
    return [{ level: "bad" as const, what: "From inside", detail, ...(hint === undefined ? {} : { advice: hint }) }];
  });
}

const line = ({ level, what, detail, advice }: Finding): string =>
  `${marks[level]} ${what}: ${detail}${advice === undefined ? "" : `\n    ${advice.replaceAll("\n", "\n    ")}`}`;

function verdict(findings: Finding[]): string {
  const count = (level: Finding["level"]): number => findings.filter((finding) => finding.level === level).length;
  const known = count("warn") > 0 ? `, ${count("warn")} to know of (${marks.warn})` : "";
  if (count("bad") > 0) return `${count("bad")} to be mended (${marks.bad})${known}.`;
  return known === "" ? "All is well." : `Praktor can work${known}.`;
}
