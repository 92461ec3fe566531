/** Counts what a writer did, for `/status`. */
export class CommitCounters {
  #writes = 0;
  #commits = 0;
  #lastMs = 0;

  /** Takes note of a commit of so many writes. */
  note(writes: number, durationMs: number): void {
    this.#writes += writes;
    this.#commits++;
    this.#lastMs = durationMs;
  }

  /** Writes that are in force. */
  get writes(): number {
    return this.#writes;
  }

  /** Configs that were made of them: fewer, since writes that wait together become one. */
  get commits(): number {
    return this.#commits;
  }

  /** How long the last one took to be in force, in milliseconds. */
  get lastCommitMs(): number {
    return this.#lastMs;
  }
}
