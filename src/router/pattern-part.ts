import type { Candidate } from './part-candidate.ts';
import type { PartFinder } from './part-finder.ts';
import { pathCaptures } from './match-part.ts';
import type { PathPattern } from './path-pattern.ts';
import type { Routable } from './router.ts';
import type { Search } from './search.ts';

/** A part of which only its regular expression is left to test, where the path is known to begin with its head. */
export class PatternPart<Target extends Routable> implements PartFinder<Target> {
  readonly order: number;
  readonly sureMatch = null;
  readonly #target: Target;
  readonly #strips: boolean;
  readonly #pattern: PathPattern;

  constructor({ part, order }: Candidate<Target>, pattern: PathPattern) {
    this.order = order;
    this.#target = part.target;
    this.#strips = part.target.route.strip_path;
    this.#pattern = pattern;
  }

  find(search: Search<Target>): void {
    if (this.order >= search.order) return;
    const found = this.#pattern.matchBehindHead(search.facts.request.path);
    if (found === null) return;
    const prefix = this.#strips ? found.matched : null;
    search.take(this.order, { target: this.#target, prefix, captures: pathCaptures(found) }, null);
  }
}
