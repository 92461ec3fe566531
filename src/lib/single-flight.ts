/**
 * Work that many may want at once and that is done once: whoever asks while it is under way gets the same promise,
 * the same result, the same error. Nothing is kept afterwards, and nobody who stops waiting ends it for the others.
 */
export class SingleFlight<Key, Value> {
  readonly #flights = new Map<Key, Promise<Value>>();

  /**
   * The result of the work under way for `key`, or of `work`, which is then started.
   *
   * `work` gets a function that tells whether its result is still wanted, that is, not {@link SingleFlight.forget forgotten}.
   */
  run(key: Key, work: (isCurrent: () => boolean) => Promise<Value>): Promise<Value> {
    const underWay = this.#flights.get(key);
    if (underWay !== undefined) return underWay;
    let flight: Promise<Value> | null = null;
    const isCurrent = (): boolean => flight === null || this.#flights.get(key) === flight;
    flight = work(isCurrent).finally(() => {
      if (isCurrent()) this.#flights.delete(key);
    });
    this.#flights.set(key, flight);
    return flight;
  }

  /** The work under way for `key`. */
  get(key: Key): Promise<Value> | undefined {
    return this.#flights.get(key);
  }

  /** The next to ask starts anew; those who wait already still get the result. */
  forget(key: Key): void {
    this.#flights.delete(key);
  }

  /** As {@link SingleFlight.forget}, for every key. */
  forgetAll(): void {
    this.#flights.clear();
  }
}
