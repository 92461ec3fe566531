/** Calls back once nothing has happened for a while. Made stopped; a time of 0 never runs out. */
export class IdleTimer {
  readonly #timeoutMs: number;
  readonly #onIdle: () => void;
  #timer: NodeJS.Timeout | null = null;

  constructor(timeoutMs: number, onIdle: () => void) {
    this.#timeoutMs = timeoutMs;
    this.#onIdle = onIdle;
  }

  /** Starts to wait, or starts over. */
  refresh(): void {
    if (this.#timer !== null) {
      this.#timer.refresh();
    } else if (this.#timeoutMs > 0) {
      this.#timer = setTimeout(() => {
        this.#timer = null;
        this.#onIdle();
      }, this.#timeoutMs);
    }
  }

  stop(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
