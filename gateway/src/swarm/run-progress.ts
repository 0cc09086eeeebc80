/** Tells the chat that asked how far a run is: one message, changed in place, not too often. */
import type { Background } from "../kit/background.ts";
import type { SwarmNode, SwarmRun } from "../store/contract/swarm-store.ts";
import { progressText } from "./progress-text.ts";
import type { SwarmsOptions } from "./swarms-options.ts";

const everyMs = 1_500;

export class RunProgress implements Disposable {
  readonly #options: Pick<SwarmsOptions, "store" | "clock" | "render" | "onSaid">;
  readonly #background: Background;
  readonly #told = new Map<string, { timer: NodeJS.Timeout | null; saidAt: number; text: string }>();

  constructor(options: Pick<SwarmsOptions, "store" | "clock" | "render" | "onSaid">, background: Background) {
    this.#options = options;
    this.#background = background;
  }

  /** Soon; the newest state wins. */
  tell(run: SwarmRun, nodes: readonly SwarmNode[]): void {
    if (run.conversationId === null) return;
    const text = progressText(run, nodes);
    const told = this.#told.get(run.id) ?? { timer: null, saidAt: 0, text: "" };
    this.#told.set(run.id, told);
    if (told.text === text) return;
    told.text = text;
    if (told.timer) return;
    const delayMs = Math.max(0, told.saidAt + everyMs - this.#options.clock.now());
    told.timer = setTimeout(() => {
      told.timer = null;
      told.saidAt = this.#options.clock.now();
      this.#background.run(() => this.#say(run, told.text));
    }, delayMs);
  }

  /** At once, and in place of what was to be told soon. */
  async tellNow(run: SwarmRun, nodes: readonly SwarmNode[]): Promise<void> {
    this.forget(run.id);
    await this.#say(run, progressText(run, nodes));
  }

  forget(runId: string): void {
    const timer = this.#told.get(runId)?.timer;
    if (timer) clearTimeout(timer);
    this.#told.delete(runId);
  }

  [Symbol.dispose](): void {
    for (const { timer } of this.#told.values()) if (timer) clearTimeout(timer);
  }

  async #say(run: SwarmRun, text: string): Promise<void> {
    const { store, render, onSaid } = this.#options;
    const conversation = run.conversationId === null ? null : await store.conversations.get(run.conversationId);
    if (!conversation) return;
    const message = await store.swarms.progress(run.id, text, render(conversation.address, text)[0] ?? null);
    if (message) onSaid(message);
  }
}
