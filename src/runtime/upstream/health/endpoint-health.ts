/** A kind of bad sign, each with its own limit. */
export type FailureKind = 'httpFailures' | 'tcpFailures' | 'timeouts';

/**
 * Whether an address takes requests, and the signs seen since that last changed. Kong's rules: a good sign clears the
 * bad ones and a bad sign the good ones; bad signs of different kinds are counted apart; a limit of 0 counts nothing.
 */
export class EndpointHealth {
  #isHealthy = true;
  #successes = 0;
  readonly #failures: Record<FailureKind, number> = { httpFailures: 0, tcpFailures: 0, timeouts: 0 };
  readonly #listeners = new Set<() => void>();

  get isHealthy(): boolean {
    return this.#isHealthy;
  }

  /** Calls `listener` after every change until the returned function is called. */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** @returns whether the address has become healthy by this */
  succeed(limit: number): boolean {
    if (limit === 0) return false;
    this.#clearFailures();
    if (this.#isHealthy) return false;
    this.#successes++;
    return this.#successes >= limit && this.set(true);
  }

  /** @returns whether the address has become unhealthy by this */
  fail(kind: FailureKind, limit: number): boolean {
    if (limit === 0) return false;
    this.#successes = 0;
    if (!this.#isHealthy) return false;
    this.#failures[kind]++;
    return this.#failures[kind] >= limit && this.set(false);
  }

  /** Decides, whatever was seen. @returns whether that is a change */
  set(isHealthy: boolean): boolean {
    this.#successes = 0;
    this.#clearFailures();
    if (this.#isHealthy === isHealthy) return false;
    this.#isHealthy = isHealthy;
    for (const listener of this.#listeners) listener();
    return true;
  }

  #clearFailures(): void {
    this.#failures.httpFailures = this.#failures.tcpFailures = this.#failures.timeouts = 0;
  }
}
