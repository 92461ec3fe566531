import type { ActiveHealthChecks, PassiveHealthChecks } from '../../../entities/upstream.ts';
import type { EndpointHealth } from './endpoint-health.ts';

/** What was seen of an address: an HTTP status, or what went wrong before one came. */
export type HealthSign = number | 'success' | 'connection' | 'timeout';

/** What signs mean: one set of rules for the gateway's own checks, one for the traffic. */
export class HealthRules {
  readonly #goodStatuses: ReadonlySet<number>;
  readonly #badStatuses: ReadonlySet<number>;
  readonly #successes: number;
  readonly #httpFailures: number;
  readonly #tcpFailures: number;
  readonly #timeouts: number;

  constructor({ healthy, unhealthy }: Pick<ActiveHealthChecks | PassiveHealthChecks, 'healthy' | 'unhealthy'>) {
    this.#goodStatuses = new Set(healthy.http_statuses);
    this.#badStatuses = new Set(unhealthy.http_statuses);
    this.#successes = healthy.successes;
    this.#httpFailures = unhealthy.http_failures;
    this.#tcpFailures = unhealthy.tcp_failures;
    this.#timeouts = unhealthy.timeouts;
  }

  /** Whether any bad sign is counted. */
  get watchesFailures(): boolean {
    return this.#httpFailures > 0 || this.#tcpFailures > 0 || this.#timeouts > 0;
  }

  /** Whether an unhealthy address can become healthy by good signs. */
  get watchesSuccesses(): boolean {
    return this.#successes > 0;
  }

  /** Counts a sign; a status that neither list has says nothing. @returns whether the health has changed by it */
  apply(health: EndpointHealth, sign: HealthSign): boolean {
    if (sign === 'connection') return health.fail('tcpFailures', this.#tcpFailures);
    if (sign === 'timeout') return health.fail('timeouts', this.#timeouts);
    if (sign === 'success' || this.#goodStatuses.has(sign)) return health.succeed(this.#successes);
    // Kong counts an answer that is no HTTP as status 0.
    if (sign === 0 || this.#badStatuses.has(sign)) return health.fail('httpFailures', this.#httpFailures);
    return false;
  }
}
