import type { Exchange } from '../../pdk/exchange.ts';
import type { CacheUse } from './auth-method.ts';
import type { DecisionSource } from './decision.ts';
import type { AuthMethod as AuthMethodName } from './implemented-fields.ts';
import type { Refusal } from './responses.ts';

/** The header that tells a caller how it was authenticated, or why not. */
const HEADER = 'X-Gw-Auth';

/**
 * Tells callers how they were authenticated (`auth_debug_header`): `method=client_credentials; cache=hit; age=12`, or
 * `method=bearer; refused=bad-token`. Made only where the setting is on, so that it costs nothing where it is off.
 */
export class AuthReports {
  readonly #texts = new WeakMap<Exchange, string>();

  /** Notes a pass; `source` is null for a caller that counts as anonymous. */
  notePass(exchange: Exchange, source: DecisionSource | null, cache: CacheUse | null = null): void {
    if (source === null) this.#texts.set(exchange, 'method=anonymous');
    else {
      const age = Math.max(0, Math.floor((exchange.startedAt - source.provenAt) / 1000));
      this.#texts.set(exchange, `method=${source.method}; cache=${cache ?? source.cache}; age=${age}`);
    }
  }

  /** @param method null when no credential was found */
  noteRefusal(exchange: Exchange, method: AuthMethodName | null, kind: Refusal['kind']): void {
    this.#texts.set(exchange, `method=${method ?? 'none'}; refused=${kind}`);
  }

  /** Puts what was noted into the answer, whoever made it. */
  write(exchange: Exchange): void {
    const text = this.#texts.get(exchange);
    if (text !== undefined) exchange.response.setHeader(HEADER, text);
  }
}
