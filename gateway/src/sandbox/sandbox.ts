/** The seam between the system and whatever isolates a group's agents: a container engine or child processes. */
import type { NetworkPolicy } from "@praktor/protocol/network";
import type { FilesUse } from "./files-use.ts";

/** Whose sandbox it is, and what may be reached from it. */
export interface SandboxGroup {
  groupId: string;
  /** The group's folder name: names volumes, networks, directories. */
  folder: string;
  network: NetworkPolicy;
}

/** Everything a sandbox needs to be started. */
export interface SandboxSpec extends SandboxGroup {
  sandboxId: string;
  /** Counts the starts of this group's sandbox; stored, so that an older one is known as such. */
  generation: number;
  /** The runner's environment (`SandboxEnvironment` of the protocol) less the paths, which the host of the sandbox adds: it alone knows where it mounts what. */
  environment: Readonly<Record<string, string>>;
  /** Absent: the group's own workspace, which is the working directory. */
  mounts?: SandboxMounts;
}

/** Which volumes a sandbox sees besides its session's, which is always its own. */
export interface SandboxMounts {
  /** Whose workspace is at `/workspace/group`; null: nobody's. */
  group: { groupId: string; folder: string; readOnly: boolean } | null;
  /** A private volume at `/workspace/own`, which is the working directory then. */
  own: boolean;
  /** The volume at `/workspace/swarm`, which everyone shares whose mounts name the same folder. */
  shared: string | null;
}

/** Where the gateway must listen so that this group's sandbox, and no other's, reaches it – and how the sandbox names that place. */
export interface SandboxPlace {
  /** Address of this machine (or of the gateway's container) to bind. */
  listenHost: string;
  /** Host name or address that the sandbox connects to; it survives a restart of the gateway. */
  reachHost: string;
  /** Address ranges (CIDR) that it connects from: other sandboxes may reach the place too, and come from elsewhere. */
  sources: readonly string[];
}

export interface RunningSandbox {
  groupId: string;
  sandboxId: string;
  generation: number;
  /** The engine's own id: a container id, or `pid:<n>`. */
  engineId: string;
  startedAt: number;
  /** As it was started; undefined for one that an older Praktor started. */
  network?: NetworkPolicy | undefined;
}

export interface SandboxExit {
  groupId: string;
  sandboxId: string;
  /** Exit code, or null when a signal or the engine ended it. */
  exitCode: number | null;
  /** True when the memory limit killed it. */
  outOfMemory: boolean;
  /** A sentence for the log and the person. */
  detail: string;
}

export type SandboxErrorCode =
  | "engine_unreachable"
  | "image_missing"
  | "start_failed"
  | "policy_mismatch"
  | "not_isolated"
  | "network_exhausted";

export interface SandboxHealth {
  ok: boolean;
  /** A sentence: what works, or what does not and what to do. */
  detail: string;
}

/** What a sandbox uses of the machine at one moment. */
export interface SandboxLoad {
  /** Processor time since it started, of all its processes: two looks make a share. */
  cpuMs: number;
  memoryBytes: number;
  /** Null where nothing limits it. */
  memoryLimitBytes: number | null;
}

/**
 * Starts, finds and stops sandboxes. Every method that fails rejects with a `PraktorError<SandboxErrorCode>` whose message may be
 * shown to the person. No call holds a lock over another group's.
 */
export interface SandboxHost extends AsyncDisposable {
  readonly kind: "docker" | "process";
  /** Why network policies do not hold in this kind, as a sentence; null where they do. */
  readonly openNetwork: string | null;
  /** What this kind does not isolate, as sentences for page and log; empty when it isolates. */
  readonly warnings: readonly string[];
  /** Begins watching for exits. Does not fail when the engine is away: `health` says so, and it is tried again. */
  start(signal: AbortSignal): Promise<void>;
  health(signal: AbortSignal): Promise<SandboxHealth>;
  /** Makes the group's network (or what stands for it), and says where to listen. Idempotent; one of another policy is made anew when no sandbox is on it. */
  prepare(group: SandboxGroup, signal: AbortSignal): Promise<SandboxPlace>;
  /** Starts the sandbox; an older one of the same group is removed first. Resolves when the engine has started it, before it is ready. */
  launch(spec: SandboxSpec, signal: AbortSignal): Promise<RunningSandbox>;
  /** From here on running sandboxes read the global instructions as their folder holds them now. A look at the folder when nothing has changed. */
  bringInstructions(signal: AbortSignal): Promise<void>;
  /**
   * In what the sandbox of this spec, which runs, is not what `launch` would start now, in words; empty where it is that, or runs no more.
   * Of the variables named in `own` it keeps its own values.
   */
  changes(spec: SandboxSpec, own: readonly string[], signal: AbortSignal): Promise<string[]>;
  /** Stops and removes it: asks, then kills after `graceMs`. Resolves also when it was gone already. */
  stop(sandboxId: string, graceMs: number, signal: AbortSignal): Promise<void>;
  /** What runs now and belongs to this installation. */
  list(signal: AbortSignal): Promise<RunningSandbox[]>;
  /** The last lines that the sandbox printed, for the log when a start failed. */
  tail(sandboxId: string, lines: number, signal: AbortSignal): Promise<string>;
  /** Its last `lines` lines and then whatever it prints, as it comes. Resolves when it has ended or is not known; rejects when the signal aborts. */
  follow(sandboxId: string, lines: number, onOutput: (text: string) => void, signal: AbortSignal): Promise<void>;
  /** Null when it does not run, or where it cannot be known. */
  load(sandboxId: string, signal: AbortSignal): Promise<SandboxLoad | null>;
  /** What the folder's files take of the disk, whether its sandbox runs or not; transcripts and what members share count too. The agent has no say in it. Null where there are none, or too many to count in time. */
  filesUse(folder: string, signal: AbortSignal): Promise<FilesUse | null>;
  /** Its sandbox is gone and nobody listens for one: until the next `prepare` its network may make room for another's. */
  release(folder: string): void;
  /** Removes the network and the volumes that carry this folder's name, with what is in them: for hidden groups that are gone. No sandbox may use them. A person's workspace of a `process` sandbox is not touched. */
  forget(folder: string, signal: AbortSignal): Promise<void>;
  /** Called once for every sandbox that ended, wanted or not. */
  onExit(listener: (exit: SandboxExit) => void): void;
}
