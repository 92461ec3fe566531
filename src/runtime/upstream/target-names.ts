import type { Clock } from '../../lib/clock.ts';
import type { DnsResolver } from './dns/dns-resolver.ts';
import type { FoundAddresses } from './dns/name-query.ts';
import type { Member } from './endpoint.ts';
import type { GroupTarget } from './group-config.ts';

/** A target and what its name leads to at present. */
export interface TargetState {
  readonly target: GroupTarget;
  /** `null` before the first answer and when there is none. */
  found: FoundAddresses | null;
  /** Why there is none. */
  error: Error | null;
  members: readonly Member[];
}

/** What a {@link TargetNames} tells. */
export interface NameListener {
  /** Some names lead elsewhere than before. */
  changed(): void;
  /** A name leads nowhere; told once until it leads somewhere. */
  unresolved(target: GroupTarget, error: Error): void;
}

/** Names are looked at again this often; the resolver knows when their records are out of date. */
const REVIEW_MS = 500;
const NEVER = Number.POSITIVE_INFINITY;

/** Keeps track of where the names of some targets lead. Asks nobody until it is asked itself. */
export class TargetNames {
  readonly targets: readonly TargetState[];
  readonly #resolver: DnsResolver;
  readonly #clock: Clock;
  readonly #listener: NameListener;
  /** When names are to be looked at again, milliseconds; never when all targets are addresses. */
  #dueAt: number;

  /** Takes what needs no question at once, without telling the listener. */
  constructor(
    targets: readonly GroupTarget[],
    host: { readonly resolver: DnsResolver; readonly clock: Clock },
    listener: NameListener,
  ) {
    this.#resolver = host.resolver;
    this.#clock = host.clock;
    this.#listener = listener;
    this.targets = targets.map((target) => ({
      target,
      found: host.resolver.known(target.host),
      error: null,
      members: [],
    }));
    this.#dueAt = this.targets.every(({ found }) => found?.ttl === NEVER) ? NEVER : 0;
  }

  /** Whether it is time for a {@link TargetNames.review}. */
  get isDue(): boolean {
    return this.#dueAt !== NEVER && this.#clock.now() >= this.#dueAt;
  }

  /** @returns what is being asked for; `null` when all is known. Never rejects; review again when it is done */
  review(): Promise<unknown> | null {
    const pending: Promise<unknown>[] = [];
    let hasChanged = false;
    for (const state of this.targets) {
      const before = state.found;
      const asked = this.#look(state);
      if (asked !== null) pending.push(asked);
      if (state.found !== before) hasChanged = true;
    }
    if (hasChanged) this.#listener.changed();
    // Answers to come are taken by the next to ask.
    this.#dueAt = pending.length > 0 ? 0 : this.#clock.now() + REVIEW_MS;
    return pending.length > 0 ? Promise.all(pending) : null;
  }

  #look(state: TargetState): Promise<unknown> | null {
    try {
      const found = this.#resolver.resolve(state.target.host);
      if (found instanceof Promise) return found.catch(() => undefined);
      state.found = found;
      state.error = null;
    } catch (error) {
      if (state.error === null) this.#listener.unresolved(state.target, error as Error);
      state.found = null;
      state.error = error as Error;
    }
    return null;
  }
}
