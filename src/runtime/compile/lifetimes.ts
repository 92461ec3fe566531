/** Gives back something that no snapshot uses any more. */
export type Release = () => void | Promise<void>;

interface Leftover {
  /** Number of the first snapshot that used it. */
  readonly born: number;
  readonly release: Release;
}

/** A snapshot that may still be used, and what waits for its end. */
interface Holder {
  readonly number: number;
  readonly leftovers: Leftover[];
}

/**
 * When parts that snapshots share may be closed. A snapshot is made from the one before by leaving parts out and putting
 * others in; a part that is left out is still used by every snapshot since the one it came in with, for requests under
 * way end with the snapshot they started with. It is given back when the last of these ends, whatever becomes of older
 * and newer ones: a connection that stays open for days keeps no more alive than its own snapshot is made of.
 */
export class Lifetimes {
  /** Oldest first; rarely more than a few. */
  readonly #holders: Holder[] = [];
  #newest = 0;

  /** The number of the snapshot that is opened next. */
  get next(): number {
    return this.#newest + 1;
  }

  /** Begins a snapshot. @returns its number */
  open(): number {
    this.#newest++;
    this.#holders.push({ number: this.#newest, leftovers: [] });
    return this.#newest;
  }

  /** Says that no snapshot that is yet to be opened uses a part, which number `born` and all after it did. */
  leaveOut(born: number, release: Release): void | Promise<void> {
    return this.#pass({ born, release });
  }

  /** Ends a snapshot, and gives back what it was the last to use. Rejects when a part cannot be given back. */
  async close(number: number): Promise<void> {
    const at = this.#holders.findIndex((holder) => holder.number === number);
    const [holder] = at < 0 ? [] : this.#holders.splice(at, 1);
    if (holder === undefined) return;
    const results = await Promise.allSettled(holder.leftovers.map(async (leftover) => this.#pass(leftover, number)));
    const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as unknown] : []));
    if (failures.length > 0) throw failures.length === 1 ? failures[0] : new AggregateError(failures);
  }

  /** Lets a part wait for the youngest snapshot that uses it, or gives it back when there is none. */
  #pass(leftover: Leftover, before = Number.POSITIVE_INFINITY): void | Promise<void> {
    const holder = this.#holders.findLast(({ number }) => number < before && number >= leftover.born);
    if (holder === undefined) return leftover.release();
    holder.leftovers.push(leftover);
  }
}
