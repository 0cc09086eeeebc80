/** Sandboxes that must start anew because of a change: at once when they are idle, after their work otherwise. */

export interface SandboxRefreshOptions {
  /** Groups whose sandbox runs or starts. */
  running: () => readonly string[];
  isBusy: (groupId: string) => boolean;
  stop: (groupId: string) => Promise<unknown>;
}

export class SandboxRefresh {
  readonly #options: SandboxRefreshOptions;
  readonly #waiting = new Set<string>();

  constructor(options: SandboxRefreshOptions) {
    this.#options = options;
  }

  /** A stopped one starts with the next message, as always. */
  async refresh(groupIds: readonly string[]): Promise<{ restarted: string[]; later: string[] }> {
    const { running, isBusy } = this.#options;
    const there = new Set(running());
    const concerned = [...new Set(groupIds)].filter((id) => there.has(id));
    const later = concerned.filter((id) => isBusy(id));
    const restarted = concerned.filter((id) => !later.includes(id));
    for (const id of later) this.#waiting.add(id);
    await Promise.all(restarted.map((id) => this.#options.stop(id)));
    return { restarted, later };
  }

  /** Looks whether what waits has come to its end. */
  async look(): Promise<void> {
    const { running, isBusy, stop } = this.#options;
    const there = new Set(running());
    for (const id of this.#waiting) {
      if (there.has(id) && isBusy(id)) continue;
      this.#waiting.delete(id);
      if (there.has(id)) await stop(id);
    }
  }
}
