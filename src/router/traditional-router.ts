import { createRouter } from './create-router.ts';
import type { Routable, RouteMatch, Router, RouterRequest } from './router.ts';

/** The router of Kong's default flavour; {@link createRouter} makes it too. */
export class TraditionalRouter<Target extends Routable> implements Router<Target> {
  readonly #router: Router<Target>;

  constructor(targets: readonly Target[]) {
    this.#router = createRouter(targets, 'traditional_compatible');
  }

  match(request: RouterRequest): RouteMatch<Target> | null {
    return this.#router.match(request);
  }
}
