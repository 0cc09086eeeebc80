/** Output of sandboxes that are gone already; the oldest is forgotten first. */

const maxSandboxes = 50;

export class RememberedTails {
  readonly #texts = new Map<string, string>();

  remember(sandboxId: string, text: string): void {
    this.#texts.delete(sandboxId);
    this.#texts.set(sandboxId, text);
    for (const oldest of this.#texts.keys()) {
      if (this.#texts.size <= maxSandboxes) return;
      this.#texts.delete(oldest);
    }
  }

  /** The last `lines` lines, or undefined where nothing is known. */
  recall(sandboxId: string, lines: number): string | undefined {
    const text = this.#texts.get(sandboxId);
    return lines > 0 ? text?.split("\n").slice(-lines).join("\n") : text && "";
  }
}
