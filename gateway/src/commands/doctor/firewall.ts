/** The host's rule that keeps agents from the host's own services: as commands, so that it can be read, tested and undone. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { errorMessage } from "../../kit/praktor-error.ts";
import { interfacePrefix } from "../../sandbox/docker/bridge-options.ts";
import type { Finding } from "./finding.ts";

const chain = "PRAKTOR-INPUT";

export interface FirewallRule {
  /** `iptables` arguments; a step with `unless` is left out where that one has success. */
  apply: { arguments: string[]; unless?: string[] }[];
  undo: string[][];
}

/** `ports`: NATS and the sandbox endpoint, which stay open. */
export function firewallRule(prefix: string, ports: readonly number[]): FirewallRule {
  const bridges = `${interfacePrefix(prefix)}+`;
  const jump = ["-i", bridges, "-j", chain];
  const metadata = ["-i", bridges, "-d", "169.254.0.0/16", "-j", "DROP"];
  return {
    apply: [
      { arguments: ["-N", chain], unless: ["-n", "-L", chain] },
      { arguments: ["-F", chain] },
      { arguments: ["-A", chain, "-m", "conntrack", "--ctstate", "ESTABLISHED,RELATED", "-j", "RETURN"] },
      { arguments: ["-A", chain, "-p", "tcp", "-m", "multiport", "--dports", ports.join(","), "-j", "RETURN"] },
      { arguments: ["-A", chain, "-j", "DROP"] },
      { arguments: ["-I", "INPUT", ...jump], unless: ["-C", "INPUT", ...jump] },
      { arguments: ["-I", "DOCKER-USER", ...metadata], unless: ["-C", "DOCKER-USER", ...metadata] },
    ],
    undo: [
      ["-D", "INPUT", ...jump],
      ["-F", chain],
      ["-X", chain],
      ["-D", "DOCKER-USER", ...metadata],
    ],
  };
}

const run = promisify(execFile);
const iptables = async (given: string[]): Promise<unknown> =>
  run("iptables", ["-w", "5", ...given], { timeout: 10_000 });
const written = (commands: string[][]): string => commands.map((one) => `  iptables ${one.join(" ")}`).join("\n");

/** Installs it; may be called again. Never rejects. */
export async function installFirewall(rule: FirewallRule): Promise<Finding> {
  const what = "Firewall";
  try {
    for (const step of rule.apply) {
      const there =
        step.unless !== undefined &&
        (await iptables(step.unless).then(
          () => true,
          () => false,
        ));
      if (!there) await iptables(step.arguments);
    }
    const detail = "Agents' bridges now reach NATS and the sandbox endpoint of this machine, and no other port of it.";
    const advice = `It holds until the next boot. To undo it:\n${written(rule.undo)}`;
    return { level: "ok", what, detail, advice };
  } catch (error) {
    const reason = errorMessage(error).split("\n")[0] ?? "";
    return {
      level: "bad",
      what,
      detail: `The rule could not be installed: ${reason}`,
      advice: `Run these as root on the machine itself:\n${written(rule.apply.map((step) => step.arguments))}`,
    };
  }
}
