/** The labels by which this installation knows what is its own. */
import type { SandboxSpec } from "../sandbox.ts";

export const label = {
  managed: "praktor.managed",
  install: "praktor.install",
  group: "praktor.group",
  folder: "praktor.folder",
  generation: "praktor.generation",
  sandbox: "praktor.sandbox",
  network: "praktor.network",
  /** Of a helper that counts a folder's files. */
  counts: "praktor.counts",
  policy: "praktor.policy",
} as const;

export function containerLabels(installId: string, spec: SandboxSpec): Record<string, string> {
  return {
    ...groupLabels(installId, spec),
    [label.generation]: String(spec.generation),
    [label.sandbox]: spec.sandboxId,
    [label.network]: spec.network,
  };
}

/** For networks and volumes, which live longer than one sandbox. */
export function groupLabels(installId: string, group: { groupId: string; folder: string }): Record<string, string> {
  return {
    [label.managed]: "true",
    [label.install]: installId,
    [label.group]: group.groupId,
    [label.folder]: group.folder,
  };
}

/** A filter for the engine's lists and events. */
export function ofInstall(installId: string, sandboxId?: string): string[] {
  const sandbox = sandboxId === undefined ? [] : [`${label.sandbox}=${sandboxId}`];
  return [`${label.managed}=true`, `${label.install}=${installId}`, ...sandbox];
}
