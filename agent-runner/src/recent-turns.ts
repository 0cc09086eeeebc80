/** The newest turn of each conversation with the tools that it must ask about: also after its end, while what it began in the background goes on. */

export interface RecentTurn {
  turnId: string;
  conversationId: string;
  patterns: readonly string[];
}

export class RecentTurns {
  readonly #most: number;
  readonly #isRunning: (conversationId: string) => boolean;
  readonly #turns = new Map<string, RecentTurn>();

  /** The oldest are forgotten; one that runs is never. */
  constructor(most: number, isRunning: (conversationId: string) => boolean) {
    this.#most = most;
    this.#isRunning = isRunning;
  }

  begins(turn: RecentTurn): void {
    this.#turns.delete(turn.conversationId);
    for (const oldest of this.#turns.keys()) {
      if (this.#turns.size < this.#most) break;
      if (!this.#isRunning(oldest)) this.#turns.delete(oldest);
    }
    this.#turns.set(turn.conversationId, turn);
  }

  of(conversationId: string): RecentTurn | null {
    return this.#turns.get(conversationId) ?? null;
  }
}
