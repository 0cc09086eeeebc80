/** Volumes and networks in the engine that bear Praktor's label and belong to nobody any more. */
import Docker from "dockerode";
import { z } from "zod";
import { abortable, deadline } from "../../kit/deadline.ts";
import { errorMessage } from "../../kit/praktor-error.ts";
import type { Belongings } from "../../local-control.ts";
import { label } from "../../sandbox/docker/labels.ts";
import type { Finding } from "./finding.ts";

const what = "Left-overs";
const timeoutMs = 20_000;
const mostNamed = 5;
/** Of the doctor's own looks: each has an installation of its own. */
export const doctorInstall = "doctor-";

const Labels = z
  .record(z.string(), z.string())
  .nullish()
  .transform((labels) => labels ?? {});
const Networks = z.array(z.object({ Name: z.string(), Labels }));
const Volumes = z.object({ Volumes: z.array(z.object({ Name: z.string(), Labels })).nullish() });
const Containers = z.array(z.object({ Labels }));

export interface EngineThing {
  kind: "volume" | "network";
  name: string;
  install: string;
  folder: string;
}

export interface LeftOvers {
  /** Of this installation and no group of it, or of an earlier look of the doctor. */
  nobodys: EngineThing[];
  /** Of other installations that have no container at all. */
  foreign: EngineThing[];
}

/** `ask`: of the running gateway; null where none runs. It is asked after the engine, so that what a group has just been given is known. */
export async function lookForLeftOvers(
  ask: () => Promise<Belongings | null>,
  /** Networks are removed, and it hears which; null: they are only told of. */
  onRemoved: ((names: readonly string[]) => Promise<void>) | null,
  signal: AbortSignal,
): Promise<Finding> {
  const docker = new Docker();
  const options = { filters: { label: [`${label.managed}=true`] } };
  try {
    const [networks, volumes, containers] = await abortable(
      Promise.all([
        docker.listNetworks(options),
        docker.listVolumes(options),
        docker.listContainers({ ...options, all: true }),
      ]),
      deadline(signal, timeoutMs),
    );
    const things: EngineThing[] = [
      ...Networks.parse(networks).map((one) => thing("network", one)),
      ...(Volumes.parse(volumes).Volumes ?? []).map((one) => thing("volume", one)),
    ];
    const alive = new Set(Containers.parse(containers).map(({ Labels }) => Labels[label.install] ?? ""));
    const owned = await ask();
    const found = sortOut(things, alive, owned);
    const removed = onRemoved === null ? [] : await removeNetworks(docker, found.nobodys, signal);
    if (removed.length > 0) await onRemoved?.(removed);
    return tell(found, removed, owned !== null);
  } catch (error) {
    signal.throwIfAborted();
    return { level: "warn", what, detail: `They could not be looked for: ${errorMessage(error)}` };
  }
}

/** The pure part. What is another living installation's is left out. */
export function sortOut(
  things: readonly EngineThing[],
  installsWithContainers: ReadonlySet<string>,
  owned: Belongings | null,
): LeftOvers {
  const folders = new Set(owned?.folders);
  const nobodys = things.filter(({ install, folder }) =>
    install === owned?.install ? !folders.has(folder) : isDoctors(install) && !installsWithContainers.has(install),
  );
  const foreign = things.filter(
    ({ install }) => install !== owned?.install && !isDoctors(install) && !installsWithContainers.has(install),
  );
  return { nobodys, foreign };
}

export function tell({ nobodys, foreign }: LeftOvers, removed: readonly string[], isRunning: boolean): Finding {
  const left = nobodys.filter(({ name }) => !removed.includes(name));
  const gone = removed.length === 0 ? [] : [`Removed: ${named(removed)}.`];
  // An idle installation has no container either, and its volumes hold its people's files.
  const others = isRunning
    ? `${counted(foreign)} of another installation (${named(installsOf(foreign))}), idle or gone: its own \`praktor doctor\` tells.`
    : `Found with Praktor's label: ${counted(foreign)}. Whose they are can be told while Praktor runs.`;
  const told = foreign.length === 0 ? [] : [others];
  if (left.length > 0) {
    const detail = [...gone, `${counted(left)} of groups, tasks or swarms that are gone.`, ...told].join(" ");
    const caution = "Nobody uses them, and they take room; a volume holds files, so look before you remove it:";
    return { level: "warn", what, detail, advice: [caution, ...commands(left)].join("\n") };
  }
  if (told.length === 0) told.push("No volume and no network is left over.");
  return { level: "ok", what, detail: [...gone, ...told].join(" ") };
}

/** The engine refuses one that a container is on. What a network held is nothing; a volume holds files, and stays. */
async function removeNetworks(docker: Docker, things: readonly EngineThing[], signal: AbortSignal): Promise<string[]> {
  const removed: string[] = [];
  for (const { kind, name } of things) {
    if (kind !== "network") continue;
    const removal = abortable(docker.getNetwork(name).remove(), deadline(signal, timeoutMs));
    await removal.then(
      () => removed.push(name),
      () => {},
    );
  }
  return removed;
}

function thing(kind: EngineThing["kind"], found: { Name: string; Labels: Record<string, string> }): EngineThing {
  const { Name: name, Labels: labels } = found;
  return { kind, name, install: labels[label.install] ?? "", folder: labels[label.folder] ?? "" };
}

const isDoctors = (install: string): boolean => install.startsWith(doctorInstall);
const ofKind = (things: readonly EngineThing[], kind: EngineThing["kind"]): string[] =>
  things.filter((one) => one.kind === kind).map(({ name }) => name);
const installsOf = (things: readonly EngineThing[]): string[] => [...new Set(things.map(({ install }) => install))];

function counted(things: readonly EngineThing[]): string {
  const many = (count: number, word: string): string[] =>
    count === 0 ? [] : [`${count} ${word}${count === 1 ? "" : "s"}`];
  const volumes = many(ofKind(things, "volume").length, "volume");
  return [...volumes, ...many(ofKind(things, "network").length, "network")].join(" and ");
}

function commands(things: readonly EngineThing[]): string[] {
  const of = (kind: EngineThing["kind"]): string[] => {
    const names = ofKind(things, kind);
    return names.length === 0 ? [] : [`docker ${kind} rm ${names.join(" ")}`];
  };
  return [...of("network"), ...of("volume")];
}

function named(names: readonly string[]): string {
  const more = names.length - mostNamed;
  return `${names.slice(0, mostNamed).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}
