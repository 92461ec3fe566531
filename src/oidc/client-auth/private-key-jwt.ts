import type { Clock } from '../../lib/clock.ts';
import { addAssertion, type AssertionKey } from './client-assertion.ts';
import type { ClientAuthentication, TokenRequestDraft } from './client-authentication.ts';

/** An assertion signed with a private key whose public half the provider knows. */
export class PrivateKeyJwt implements ClientAuthentication {
  readonly method = 'private_key_jwt';
  readonly clientId: string;
  readonly #signer: () => Promise<AssertionKey>;
  readonly #audience: string;
  readonly #clock: Clock;

  /** @param signer asked for each request, since keys are rotated; `audience` is the provider's issuer identifier */
  constructor(clientId: string, signer: () => Promise<AssertionKey>, audience: string, clock: Clock) {
    this.clientId = clientId;
    this.#signer = signer;
    this.#audience = audience;
    this.#clock = clock;
  }

  async apply(draft: TokenRequestDraft): Promise<void> {
    const claims = { clientId: this.clientId, audience: this.#audience };
    await addAssertion(draft, claims, await this.#signer(), this.#clock);
  }
}
