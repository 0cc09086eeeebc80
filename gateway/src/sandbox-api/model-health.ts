/** How the model's endpoint is, as the calls to it show. */

export type CallOutcome =
  | { type: "answered"; status: number; error: string | null }
  /** No answer came, or it was cut. */
  | { type: "failed"; reason: string };

export interface ModelState {
  level: "ok" | "warn" | "bad";
  detail: string;
}

/** So many failures in a row are no accident. */
const badAfter = 3;
const refusals: ReadonlySet<number> = new Set([401, 402, 403]);

export class ModelHealth {
  readonly #now: () => number;
  readonly #onChange: (state: ModelState) => void;
  readonly #redact: (text: string) => string;
  #answeredAt: number | null = null;
  #failure: { inARow: number; at: number; sentence: string; refused: boolean } | null = null;

  /** `redact`: an endpoint may repeat the key in its errors. */
  constructor(now: () => number, onChange: (state: ModelState) => void, redact: (text: string) => string) {
    this.#now = now;
    this.#onChange = onChange;
    this.#redact = redact;
  }

  note(outcome: CallOutcome): void {
    const before = this.state().level;
    if (outcome.type === "failed") this.#failed(outcome.reason, false);
    else if (outcome.error === null && outcome.status < 400) {
      this.#answeredAt = this.#now();
      this.#failure = null;
    } else if (blamesEndpoint(outcome.status)) {
      const sentence = `${outcome.error ?? "it gave no reason"} (${outcome.status})`;
      this.#failed(sentence, refusals.has(outcome.status));
    }
    const state = this.state();
    if (state.level !== before) this.#onChange(state);
  }

  state(): ModelState {
    const failure = this.#failure;
    if (failure) {
      const which = failure.inARow === 1 ? "The last call" : `The last ${failure.inARow} calls`;
      const ago = spanOf(this.#now() - failure.at);
      const level = failure.refused || failure.inARow >= badAfter ? "bad" : "warn";
      return { level, detail: `${which} to the model failed, ${ago}: ${failure.sentence}` };
    }
    if (this.#answeredAt === null)
      return { level: "ok", detail: "A model credential is configured; no call was made yet." };
    return { level: "ok", detail: `The model answered ${spanOf(this.#now() - this.#answeredAt)}.` };
  }

  #failed(sentence: string, refused: boolean): void {
    const inARow = (this.#failure?.inARow ?? 0) + 1;
    // A secret that is cut would no longer be known as one.
    const short = this.#redact(sentence).replaceAll(/\s+/g, " ").slice(0, 300).toWellFormed();
    this.#failure = { inARow, at: this.#now(), sentence: short, refused };
  }
}

/** A request that makes no sense to the API says nothing about how the API is. */
function blamesEndpoint(status: number): boolean {
  return status < 400 || status >= 500 || refusals.has(status) || status === 408 || status === 429;
}

function spanOf(ms: number): string {
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 1) return "just now";
  if (minutes < 120) return `${minutes} min ago`;
  return `${Math.floor(minutes / 60)} h ago`;
}
