/** What a container reached, as sentences. */
import type { Settings } from "../../config/schema.ts";
import type { Finding } from "./finding.ts";

/** What the container tries. */
export interface Surroundings {
  /** This machine, on the container's own bridge. */
  bridge: string;
  /** A container on another group's bridge. */
  neighbour: string;
  /** This machine, on the other groups' bridges. */
  otherBridges: readonly string[];
  /** By port, the program of this machine that listens there, where that can be known. */
  programs: ReadonlyMap<number, string>;
  /** The gateway runs in a container: its page is published by compose, and the rule is for whoever is root outside. */
  inContainer: boolean;
}

export function judge(
  reached: readonly (readonly [string, number])[],
  around: Surroundings,
  settings: Settings,
): Finding[] {
  const { bridge, programs, inContainer } = around;
  const fix = inContainer
    ? "run what `praktor doctor --fix` prints, as root on the machine itself"
    : "run `sudo praktor doctor --fix`";
  const closePage = inContainer
    ? 'Publish the page on 127.0.0.1 alone (in compose.yaml under `ports`: "127.0.0.1:8080:8080"), leave web.host unset, and run `docker compose up -d`'
    : "Set web.host to 127.0.0.1";
  const own = new Set([settings.nats.port, settings.sandbox.port]);
  const ofHost = reached.filter(([host]) => host === bridge).map(([, port]) => port);
  const services = ofHost.filter((port) => !own.has(port) && port !== settings.web.port);
  const metadata = reached.some(([host]) => host === "169.254.169.254");
  const ipv6 = reached.some(([host]) => host.includes(":"));
  const named = (port: number): string => (programs.has(port) ? `${port} (${programs.get(port)})` : String(port));
  const page: Finding = reached.some(([host, port]) => port === settings.web.port && isOfHost(host, around))
    ? {
        level: "bad",
        what: "Page",
        detail: `Port ${settings.web.port}, the page's, answers agents on their bridge.`,
        advice: `${closePage}, or ${fix}.`,
      }
    : { level: "ok", what: "Page", detail: "Agents do not reach the page." };
  const hostServices: Finding =
    services.length > 0
      ? {
          level: "warn",
          what: "Services of this machine",
          detail: `Agents reach ${services.length === 1 ? "port" : "ports"} ${services
            .sort((a, b) => a - b)
            .map(named)
            .join(", ")} of this machine.`,
          advice: `Bind these services to 127.0.0.1, or ${fix}.`,
        }
      : { level: "ok", what: "Services of this machine", detail: "Agents reach none of those that were found." };
  const cloud: Finding = metadata
    ? {
        level: "bad",
        what: "Metadata address",
        detail: "Agents reach 169.254.169.254, where a cloud hands out this machine's credentials.",
        advice: `Set sandbox.network to allowlist or none, or ${fix}.`,
      }
    : { level: "ok", what: "Metadata address", detail: "Agents do not reach 169.254.169.254." };
  const six: Finding = ipv6
    ? {
        level: "warn",
        what: "IPv6",
        detail: "Agents reach the world over IPv6, which the rule of --fix does not cover.",
        advice: "Switch IPv6 off for containers in Docker's daemon.json.",
      }
    : { level: "ok", what: "IPv6", detail: "Agents have none." };
  return [page, hostServices, otherGroups(reached, around), cloud, six];
}

/** Between bridges the engine's own rules stand; towards this machine none, so there the gateway looks who comes. */
function otherGroups(
  reached: readonly (readonly [string, number])[],
  { neighbour, otherBridges }: Surroundings,
): Finding {
  const what = "Other groups";
  if (reached.some(([host]) => host === neighbour)) {
    return {
      level: "bad",
      what,
      detail: "An agent reaches another group's container: the engine does not keep the groups' bridges apart.",
      advice: 'Let Docker manage iptables again (no "iptables": false in /etc/docker/daemon.json), and restart it.',
    };
  }
  const doors = reached.some(([host]) => otherBridges.includes(host));
  const detail = doors
    ? "Agents do not reach other groups' containers. They reach the gateway's ports on other groups' bridges, where it closes their connections unread."
    : "Agents reach neither other groups' containers nor the gateway's ports on other groups' bridges.";
  return { level: "ok", what, detail };
}

const isOfHost = (host: string, { bridge, otherBridges }: Surroundings): boolean =>
  host === bridge || otherBridges.includes(host);
