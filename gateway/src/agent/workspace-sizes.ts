/**
 * How much disk each group's files take, counted from outside its sandbox: after turns and while it works. Who is near the limit is
 * warned, and who is over it begins no turn. No kernel enforces it: between two looks a group can take more.
 */
import type { FilesUsed } from "@praktor/protocol/rest";
import { z } from "zod";
import type { Background } from "../kit/background.ts";
import type { Clock } from "../kit/clock.ts";
import type { Logger } from "../kit/logger.ts";
import { errorMessage } from "../kit/praktor-error.ts";
import type { FilesUse } from "../sandbox/files-use.ts";
import type { SettingStore } from "../store/contract/setting-store.ts";
import type { Refusal } from "./dispatcher.ts";

export interface WorkspaceSizesOptions {
  /** Null: nothing is measured. */
  limitBytes: number | null;
  /** Null where there are no files, or too many to count in time. */
  count: (groupId: string, signal: AbortSignal) => Promise<FilesUse | null>;
  /** Groups whose sandbox runs. */
  running: () => readonly string[];
  /** Whether a turn of the group runs. */
  isWorking: (groupId: string) => boolean;
  /** Whose people hear of the group's files: for a sandbox of a task's own, the task's group. */
  ownerOf: (groupId: string) => Promise<string>;
  /** How a person deletes files without the agent. */
  howToDelete: (groupId: string) => Promise<string>;
  /** Says something in the group's chat. */
  tell: (groupId: string, text: string) => Promise<void>;
  /** Keeps what was measured over a restart, of groups that are chats. */
  kept: Pick<SettingStore, "get" | "set">;
  /** A chat's group takes another amount than before. */
  onMeasured: (groupId: string) => void;
  background: Background;
  clock: Clock;
  logger: Logger;
}

const WorkspaceSize = z.object({
  bytes: z.number().int().nonnegative(),
  /** What takes the most at the top of the workspace, as words; empty where that is not known. */
  largest: z.string(),
});
type WorkspaceSize = z.infer<typeof WorkspaceSize>;

/** As it is kept. */
const Measured = WorkspaceSize.extend({ at: z.number().int() });
type Measured = z.infer<typeof Measured>;

/** To count reads every folder: not more often, however many turns end. */
const restMs = 60_000;
const whileWorkingMs = 5 * 60_000;
const nearShare = 0.8;

export class WorkspaceSizes {
  readonly #options: WorkspaceSizesOptions;
  readonly #known = new Map<string, Measured>();
  /** Of which it was looked up what an earlier life had measured. */
  readonly #recalled = new Map<string, Promise<void>>();
  /** When each was last measured, or tried to be. */
  readonly #triedAt = new Map<string, number>();
  /** Those in which a turn ended after what is known of them. */
  readonly #changed = new Set<string>();
  readonly #measuring = new Map<string, Promise<WorkspaceSize | null>>();
  /** Groups near the limit, with whose people heard of it. */
  readonly #warned = new Map<string, string>();

  constructor(options: WorkspaceSizesOptions) {
    this.#options = options;
  }

  /** A hidden group is gone, and with it what is known of its files. */
  forget(groupId: string): void {
    for (const each of [this.#known, this.#recalled, this.#triedAt, this.#changed, this.#measuring, this.#warned])
      each.delete(groupId);
  }

  /** Files may have grown. */
  turnEnded(groupId: string): void {
    this.#changed.add(groupId);
    this.#lookAgain(groupId, restMs);
  }

  /** For every minute: those that work for long, and those of which the size is not known. */
  look(): void {
    const { running, isWorking } = this.#options;
    for (const groupId of running()) {
      const isKnown = this.#known.has(groupId) && !this.#changed.has(groupId);
      if (!isKnown || isWorking(groupId)) this.#lookAgain(groupId, whileWorkingMs);
    }
  }

  /** Why the group's turn may not begin. What was deleted since the last look is seen: a group that was over is measured again. */
  async refusal(groupId: string): Promise<Refusal | null> {
    const { limitBytes, howToDelete } = this.#options;
    const known = await this.#lastOf(groupId);
    if (limitBytes === null || !known || known.bytes < limitBytes) return null;
    const size = (await this.#measure(groupId)) ?? known;
    if (size.bytes < limitBytes) return null;
    const used = `This group's files take ${amount(size.bytes)} of the ${amount(limitBytes)} that they may.`;
    const how = `${await howToDelete(groupId)}, or raise \`sandbox.workspace_max_bytes\` in Praktor's settings.`;
    return { code: "workspace_full", detail: [used, size.largest, how].filter((words) => words !== "").join(" ") };
  }

  /** As it was last measured, also by an earlier life; null where it never was, or nothing limits it. */
  async used(groupId: string): Promise<FilesUsed | null> {
    const { limitBytes } = this.#options;
    const known = await this.#lastOf(groupId);
    if (limitBytes === null || !known) return null;
    return { used_bytes: known.bytes, limit_bytes: limitBytes, measured: new Date(known.at).toISOString() };
  }

  async #lastOf(groupId: string): Promise<Measured | undefined> {
    if (!this.#known.has(groupId)) {
      const recalling = this.#recalled.get(groupId) ?? this.#recall(groupId);
      this.#recalled.set(groupId, recalling);
      await recalling;
    }
    return this.#known.get(groupId);
  }

  /** It may be out of date, and is measured again as soon as the sandbox runs. Never rejects: a turn waits for it. */
  async #recall(groupId: string): Promise<void> {
    const { kept, logger } = this.#options;
    try {
      const text = await kept.get(keyOf(groupId));
      if (text === null || this.#known.has(groupId)) return;
      this.#known.set(groupId, Measured.parse(JSON.parse(text)));
      this.#changed.add(groupId);
    } catch (error) {
      const fields = { group: groupId, error: errorMessage(error) };
      logger.warn(fields, "what a group's files took before this start is not known");
    }
  }

  async #keep(groupId: string, size: Measured): Promise<void> {
    const { kept, ownerOf, onMeasured, logger } = this.#options;
    try {
      if ((await ownerOf(groupId)) !== groupId || !this.#known.has(groupId)) return;
      await kept.set(keyOf(groupId), JSON.stringify(size));
      onMeasured(groupId);
    } catch (error) {
      logger.warn({ group: groupId, error: errorMessage(error) }, "the size of a group's files could not be kept");
    }
  }

  #lookAgain(groupId: string, afterMs: number): void {
    const { limitBytes, running, clock, background } = this.#options;
    const triedAt = this.#triedAt.get(groupId) ?? -Infinity;
    if (limitBytes === null || clock.now() - triedAt < afterMs || !running().includes(groupId)) return;
    background.run(async () => void (await this.#measure(groupId)));
  }

  /** Null when it is not known. One look at a time. */
  async #measure(groupId: string): Promise<WorkspaceSize | null> {
    const already = this.#measuring.get(groupId);
    if (already) return await already;
    this.#changed.delete(groupId);
    const measuring = this.#count(groupId);
    this.#measuring.set(groupId, measuring);
    const size = await measuring;
    // Forgotten meanwhile.
    if (this.#measuring.get(groupId) !== measuring) return size;
    this.#measuring.delete(groupId);
    const at = this.#options.clock.now();
    this.#triedAt.set(groupId, at);
    if (size) {
      const before = this.#known.get(groupId);
      this.#known.set(groupId, { ...size, at });
      if (before?.bytes !== size.bytes) await this.#keep(groupId, { ...size, at });
      await this.#warn(groupId, size);
    } else {
      this.#changed.add(groupId);
    }
    return size;
  }

  /** Never rejects. */
  async #count(groupId: string): Promise<WorkspaceSize | null> {
    const { count, background, logger } = this.#options;
    try {
      const use = await count(groupId, background.signal);
      if (!use) logger.info({ group: groupId }, "there are no files of a group, or too many to count in time");
      return use && { bytes: use.bytes, largest: inWords(use.largest) };
    } catch (error) {
      logger.warn({ group: groupId, error: errorMessage(error) }, "a group's files could not be counted");
      return null;
    }
  }

  /** Once, until it has shrunk again; of many sandboxes of one group's tasks, once too. Never rejects: a turn may wait for it. */
  async #warn(groupId: string, { bytes, largest }: WorkspaceSize): Promise<void> {
    const { limitBytes, tell, ownerOf, logger } = this.#options;
    if (limitBytes === null || bytes < limitBytes * nearShare) return void this.#warned.delete(groupId);
    if (this.#warned.has(groupId)) return;
    const share = `${Math.floor((bytes / limitBytes) * 100)} % (${amount(bytes)} of ${amount(limitBytes)})`;
    const words = [
      `💾 This group's files take ${share} of the disk that they may.`,
      largest,
      "At 100 % I begin nothing new. Ask me to delete what is not needed any more.",
    ];
    try {
      const owner = await ownerOf(groupId);
      if (![...this.#warned.values()].includes(owner)) await tell(groupId, words.filter((one) => one !== "").join(" "));
      if (this.#known.has(groupId)) this.#warned.set(groupId, owner);
    } catch (error) {
      const fields = { group: groupId, error: errorMessage(error) };
      logger.warn(fields, "a group's people could not be told that its files near the limit");
    }
  }
}

function inWords(largest: FilesUse["largest"]): string {
  const parts = largest.map(({ name, bytes }) => {
    // Whatever an agent called it is only a name in the sentence.
    const words = name.replaceAll(/[`\s]+/g, " ").slice(0, 60);
    return `\`${words.toWellFormed()}\` (${amount(bytes)})`;
  });
  return parts.length === 0 ? "" : `The most is in ${parts.join(", ")}.`;
}

const keyOf = (groupId: string): string => `files_size:${groupId}`;

function amount(bytes: number): string {
  const units = ["kB", "MB", "GB", "TB"];
  let value = bytes / 1024;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${units[unit] ?? ""}`;
}
