/** Runs that a used-up budget leaves out. A task of every minute would complain every minute, so a group hears of it once for a budget and day. */
import { z } from "zod";
import type { Day } from "../kit/day.ts";
import { escapeMarkdown } from "../kit/escape-markdown.ts";
import { Serial } from "../kit/serial.ts";
import type { RunStore } from "../store/contract/run-store.ts";
import type { SettingStore } from "../store/contract/setting-store.ts";
import type { Turn } from "../store/rows.ts";

export interface LeftOutRunsOptions {
  runs: Pick<RunStore, "ofTurn">;
  settings: Pick<SettingStore, "get" | "set">;
  /** The day that budgets count by. */
  today: () => Day;
  /** A notice in the group's chat. */
  tell: (groupId: string, markdown: string) => Promise<void>;
}

const settingKey = "tasks.told_of_budget";
/** By group, what it was told last. */
const Told = z.record(z.string(), z.object({ day: z.string(), reason: z.string() }));
type Told = z.infer<typeof Told>;

export class LeftOutRuns {
  readonly #options: LeftOutRunsOptions;
  /** Null until the store was asked. */
  #told: Told | null = null;
  /** Of two runs that are due together only one tells it. */
  readonly #looks = new Serial();

  constructor(options: LeftOutRunsOptions) {
    this.#options = options;
  }

  /**
   * True: its people know why this run is left out, now at the latest, and that the task comes again. False for whatever somebody waits for
   * or comes never again: it must say so itself. `reason` names the budget and when it begins anew.
   */
  async isKnown(turn: Turn, reason: string): Promise<boolean> {
    return await this.#looks.run(async () => {
      const known = turn.sender === "scheduler" ? await this.#options.runs.ofTurn(turn.id) : null;
      if (!known || known.run.trigger === "manual" || known.task.nextRunAt === null) return false;
      const { groupId, name } = known.task;
      const day = this.#options.today();
      const told = await this.#load();
      if (told[groupId]?.day === day && told[groupId].reason === reason) return true;
      // Told before it is noted: after a crash between the two it is said twice, never not at all.
      await this.#options.tell(groupId, leftOutNotice(name, reason));
      const others = Object.entries(told).filter(([, last]) => last.day === day);
      await this.#keep({ ...Object.fromEntries(others), [groupId]: { day, reason } });
      return true;
    });
  }

  /** The turn's group may ask the model: when its budget is used up again, that is news. */
  async mayRun(turn: Turn): Promise<void> {
    await this.#looks.run(async () => {
      const told = await this.#load();
      if (Object.keys(told).length === 0) return;
      const groupId = (await this.#options.runs.ofTurn(turn.id))?.task.groupId ?? turn.groupId;
      if (told[groupId] === undefined) return;
      await this.#keep(Object.fromEntries(Object.entries(told).filter(([group]) => group !== groupId)));
    });
  }

  async #load(): Promise<Told> {
    if (this.#told) return this.#told;
    const text = await this.#options.settings.get(settingKey);
    this.#told = text === null ? {} : Told.parse(JSON.parse(text));
    return this.#told;
  }

  async #keep(told: Told): Promise<void> {
    await this.#options.settings.set(settingKey, JSON.stringify(told));
    this.#told = told;
  }
}

function leftOutNotice(taskName: string, reason: string): string {
  return `⏸ The scheduled task “${escapeMarkdown(taskName)}” was left out, and so are this group's other runs as long as there is no budget for them. ${reason} They go on by themselves when there is. I say this once; the page shows each run that was left out.`;
}
