/** Resets that a client may make at once. Browsers that leave a page reset what was still loading. */
const BURST = 200;
/** Resets that come back each second. */
const PER_SECOND = 20;

/**
 * How many streams one HTTP/2 client may open only to reset them: each costs the gateway a request to its upstream and
 * the client nothing (CVE-2023-44487, "rapid reset").
 */
export class ResetBudget {
  #left = BURST;
  #at = performance.now();

  /** False when the client has used up what it had. */
  spend(): boolean {
    const now = performance.now();
    this.#left = Math.min(BURST, this.#left + ((now - this.#at) / 1000) * PER_SECOND) - 1;
    this.#at = now;
    return this.#left >= 0;
  }
}
