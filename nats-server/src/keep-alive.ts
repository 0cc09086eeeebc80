// PINGs a quiet client, measures its round trip, and reports it stale when it stops answering.

export interface KeepAliveOptions {
  intervalMs: number;
  maxOutstanding: number;
  now: () => number;
  sendPing: () => void;
  onStale: () => void;
}

/** The first PING comes early, so that a round trip is known soon; later ones are left out while the client is active. */
const FIRST_PING_MS = 2000;
const MEASURE_AGAIN_MS = 3_600_000;

export class KeepAlive {
  readonly #options: KeepAliveOptions;
  #timer: NodeJS.Timeout | undefined;
  #outstanding = 0;
  #pingedAtMs = 0;
  #active = false;
  #roundTripMs: number | undefined;

  constructor(options: KeepAliveOptions) {
    this.#options = options;
  }

  get roundTripMs(): number | undefined {
    return this.#roundTripMs;
  }

  start(): void {
    this.#schedule(this.#options.intervalMs);
  }

  /** The client has introduced itself: its first PING may come before a whole interval is over. */
  noteConnect(): void {
    this.noteActivity();
    const first = Math.min(this.#options.intervalMs, FIRST_PING_MS);
    this.#schedule(first * (1 + Math.random() / 5));
  }

  noteActivity(): void {
    this.#active = true;
  }

  notePong(): void {
    if (this.#outstanding > 0) this.#roundTripMs = this.#options.now() - this.#pingedAtMs;
    this.#outstanding = 0;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #schedule(delayMs: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#onTimer, delayMs);
    this.#timer.unref();
  }

  readonly #onTimer = (): void => {
    const { intervalMs, maxOutstanding, now, sendPing, onStale } = this.#options;
    const measured = this.#roundTripMs !== undefined && now() - this.#pingedAtMs < MEASURE_AGAIN_MS;
    if (!measured || !this.#active) {
      if (this.#outstanding + 1 > maxOutstanding) {
        onStale();
        return;
      }
      this.#outstanding++;
      this.#pingedAtMs = now();
      sendPing();
    }
    this.#active = false;
    this.#schedule(intervalMs);
  };
}
