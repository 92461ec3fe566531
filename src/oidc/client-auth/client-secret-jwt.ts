import type { Clock } from '../../lib/clock.ts';
import type { Secret } from '../../lib/secret.ts';
import { addAssertion } from './client-assertion.ts';
import type { ClientAuthentication, TokenRequestDraft } from './client-authentication.ts';

/** HMAC algorithms of RFC 7518 §3.2. */
export type HmacAlgorithm = 'HS256' | 'HS384' | 'HS512';

/** An assertion signed with the client's secret. */
export class ClientSecretJwt implements ClientAuthentication {
  readonly method = 'client_secret_jwt';
  readonly clientId: string;
  readonly #secret: Secret;
  readonly #audience: string;
  readonly #clock: Clock;
  readonly #algorithm: HmacAlgorithm;

  /** @param audience the provider's issuer identifier */
  constructor(clientId: string, secret: Secret, audience: string, clock: Clock, algorithm: HmacAlgorithm = 'HS256') {
    this.clientId = clientId;
    this.#secret = secret;
    this.#audience = audience;
    this.#clock = clock;
    this.#algorithm = algorithm;
  }

  apply(draft: TokenRequestDraft): Promise<void> {
    const key = new TextEncoder().encode(this.#secret.reveal());
    const claims = { clientId: this.clientId, audience: this.#audience };
    return addAssertion(draft, claims, { algorithm: this.#algorithm, kid: null, key }, this.#clock);
  }
}
