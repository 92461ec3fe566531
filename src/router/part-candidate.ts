import { methodBits } from './method-bits.ts';
import type { KeyKind } from './part-keys.ts';
import type { PathPattern } from './path-pattern.ts';
import type { RoutePart } from './route-parts.ts';
import type { Routable, RouteMatch } from './router.ts';

/** A part on its way into the index, with what is known of the requests that will come to it. */
export class Candidate<Target extends Routable> {
  readonly part: RoutePart<Target>;
  readonly order: number;
  readonly #isHostSure: boolean;
  /** The prefix that fits; `null` when that is not known. */
  readonly #surePrefix: string | null;
  readonly #areHeadersSure: boolean;
  readonly #isSniSure: boolean;
  /** What the path is known to begin with. */
  readonly #sureHead: string | null;

  private constructor(
    part: RoutePart<Target>,
    order: number,
    isHostSure: boolean,
    surePrefix: string | null,
    areHeadersSure: boolean,
    isSniSure: boolean,
    sureHead: string | null,
  ) {
    this.part = part;
    this.order = order;
    this.#isHostSure = isHostSure;
    this.#surePrefix = surePrefix;
    this.#areHeadersSure = areHeadersSure;
    this.#isSniSure = isSniSure;
    this.#sureHead = sureHead;
  }

  static of<Target extends Routable>(part: RoutePart<Target>, order: number): Candidate<Target> {
    return new Candidate(part, order, false, null, false, false, null);
  }

  /** The same part where requests are known to show `key`. */
  under(key: string, { kind }: KeyKind): Candidate<Target> {
    const { part } = this;
    return new Candidate(
      part,
      this.order,
      this.#isHostSure || (kind === 'host' && part.hosts?.isMetBy(key) === true),
      kind === 'path' && part.prefixes !== null ? key : this.#surePrefix,
      this.#areHeadersSure || (kind === 'header' && part.headers?.rules.length === 1),
      this.#isSniSure || kind === 'sni',
      kind === 'path' ? key : this.#sureHead,
    );
  }

  /** Methods as bits; -1 when they take no part or are no common ones. */
  get methods(): number {
    return this.part.methods === null ? -1 : (methodBits(this.part.methods) ?? -1);
  }

  /** The only host, to be tested; `null` when there is nothing to test or it is not as simple as that. */
  get host(): string | null {
    return this.#isHostSure ? null : (this.part.hosts?.onlyPlain ?? null);
  }

  /** The only prefix, to be tested. */
  get prefix(): string | null {
    return this.#surePrefix === null ? this.#onlyPrefix : null;
  }

  /** The regular expression, if nothing else must be tested and the path is known to begin with its head. */
  get onlyPattern(): PathPattern | null {
    const { patterns, headers, methods, hosts } = this.part;
    const [only] = patterns ?? [];
    if (only === undefined || patterns?.length !== 1 || only.head !== this.#sureHead) return null;
    if (methods !== null || (hosts !== null && !this.#isHostSure) || headers?.hasPatterns === true) return null;
    return this.#isSpecialBesidePath ? null : only;
  }

  /** Whether there are conditions besides the methods, the host and the prefix that must be tested. */
  get isSpecial(): boolean {
    const { prefixes, patterns, expression } = this.part;
    if (patterns !== null || expression !== null || this.#isSpecialBesidePath) return true;
    return prefixes !== null && this.#surePrefix === null && this.prefix === null;
  }

  get #isSpecialBesidePath(): boolean {
    const { part } = this;
    return (
      part.schemes !== null ||
      (part.methods !== null && this.methods === -1) ||
      (part.hosts !== null && !this.#isHostSure && this.host === null) ||
      (part.headers !== null && !this.#areHeadersSure) ||
      (part.serverNames !== null && !this.#isSniSure) ||
      part.sources !== null ||
      part.destinations !== null
    );
  }

  /** What the match yields; `null` when that depends on the request. */
  get match(): RouteMatch<Target> | null {
    const { target, prefixes, patterns, expression, headers } = this.part;
    const prefix = this.#surePrefix ?? this.#onlyPrefix;
    if (patterns !== null || expression !== null || headers?.hasPatterns === true) return null;
    if (prefixes !== null && prefix === null) return null;
    return { target, prefix: target.route.strip_path ? prefix : null, captures: null };
  }

  get #onlyPrefix(): string | null {
    const { prefixes } = this.part;
    return prefixes?.length === 1 ? (prefixes[0] ?? null) : null;
  }
}
