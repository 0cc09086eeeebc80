/** Praktor's own ports: who holds them while it does not run, and where they answer while it does. */
import { existsSync } from "node:fs";
import { networkInterfaces } from "node:os";
import type { Settings } from "../../config/schema.ts";
import type { Finding } from "./finding.ts";
import { holderOf, isEverywhere, isLoopback, type Listener } from "./listeners.ts";

const what = "Ports";

export interface PortsLook {
  settings: Settings;
  listeners: readonly Listener[];
  /** Whether a gateway of these settings runs here. */
  isRunning: boolean;
  holder: (listener: Listener) => Promise<string | null>;
  /** By address, the interface that has it. */
  interfaces: ReadonlyMap<string, string>;
  /** In a container every address is one of the engine's networks. */
  inContainer: boolean;
}

interface OwnPort {
  port: number;
  name: string;
  setting: string;
  /** Where it is listened on; null: on each group's bridge. */
  host: string | null;
}

export async function lookAtPorts(look: PortsLook): Promise<Finding> {
  return look.isRunning ? whereTheyAnswer(look) : await whoHoldsThem(look);
}

export function thisMachine(): Pick<PortsLook, "interfaces" | "inContainer" | "holder"> {
  const addresses = Object.entries(networkInterfaces()).flatMap(([name, found]) =>
    (found ?? []).map(({ address }) => [address, name] as const),
  );
  return { interfaces: new Map(addresses), inContainer: existsSync("/.dockerenv"), holder: holderOf };
}

function ownPorts({ web, nats, sandbox }: Settings): OwnPort[] {
  return [
    { port: web.port, name: "the page's", setting: "web.port", host: web.host },
    { port: sandbox.port, name: "the sandbox endpoint's", setting: "sandbox.port", host: null },
    ...(nats.url === undefined ? [{ port: nats.port, name: "NATS's", setting: "nats.port", host: null }] : []),
  ].filter(({ port }) => port > 0);
}

async function whoHoldsThem({ settings, listeners, holder }: PortsLook): Promise<Finding> {
  const isProcess = settings.sandbox.kind === "process";
  const taken: string[] = [];
  for (const { port, name, setting, host } of ownPorts(settings)) {
    const listener = listeners.find((one) => one.port === port && isInTheWay(one, host, isProcess));
    if (!listener) continue;
    const who = (await holder(listener)) ?? `another account's program (\`sudo ss -ltnp 'sport = :${port}'\` names it)`;
    taken.push(`Port ${port}, ${name}, is held by ${who}: stop that, or set another ${setting}.`);
  }
  if (taken.length === 0) return { level: "ok", what, detail: "Praktor does not run, and its ports are free." };
  const detail = "Praktor does not run, and could not start: a port that it needs is taken.";
  return { level: "bad", what, detail, advice: taken.join("\n") };
}

function isInTheWay(listener: Listener, host: string | null, isProcess: boolean): boolean {
  if (isEverywhere(listener) || host === "0.0.0.0" || host === "::") return true;
  if (host === null) return isProcess && isLoopback(listener);
  return listener.address === host || (host === "localhost" && isLoopback(listener));
}

function whereTheyAnswer({ settings, listeners, interfaces, inContainer }: PortsLook): Finding {
  const wrong = ownPorts(settings).flatMap(({ port, name, setting, host }) =>
    host !== null
      ? []
      : listeners
          .filter((one) => one.port === port && (isEverywhere(one) || isOutside(one, interfaces, inContainer)))
          .map(({ address }) => `Port ${port}, ${name} (${setting}), answers on ${address}.`),
  );
  if (wrong.length === 0) {
    const page = settings.web.enabled && settings.web.port > 0 ? pageWords(settings, listeners, inContainer) : "";
    return {
      level: "ok",
      what,
      detail: `${page}NATS and the sandbox endpoint listen on loopback and agents' bridges only.`,
    };
  }
  return {
    level: "bad",
    what,
    detail: `Other machines may reach what is for agents only. ${wrong.join(" ")}`,
    advice: "Another program listens there, or this is not the Praktor of these settings: `sudo ss -ltnp` names it.",
  };
}

/** A gateway that is a container of its engine listens on its address there; where compose has published that cannot be seen from within. */
function pageWords({ web }: Settings, listeners: readonly Listener[], inContainer: boolean): string {
  const places = listeners.filter(({ port }) => port === web.port);
  if (!inContainer || places.length === 0 || places.some(isLoopback)) {
    return `The page listens on ${web.host}:${web.port}; `;
  }
  const shown = places.map(({ address, port }) => `${address}:${port}`).join(", ");
  return `The page listens on ${shown}, this container's own address, and is published by compose.yaml: on 127.0.0.1:8080 as that file comes (\`docker compose ps\` says where). `;
}

/** Neither loopback nor a bridge of the engine. An interface that is down is not listed, and a bridge without containers is. */
function isOutside({ address }: Listener, interfaces: ReadonlyMap<string, string>, inContainer: boolean): boolean {
  const name = interfaces.get(address);
  return !inContainer && name !== undefined && !/^(lo|prk|br-|docker|veth)/.test(name);
}
