import type { Clock } from '../../../lib/clock.ts';
import { effectiveMethod, forwardedClient } from '../../../oidc/client-auth/index.ts';
import type { Issuer } from '../../../oidc/issuer.ts';
import type { Attempt, AuthMethod, Proven } from '../auth-method.ts';
import {
  type Credential,
  clientNames,
  concealCredential,
  findCredential,
  severalAuthorizations,
} from '../credentials.ts';
import { GrantAttempt } from '../grant-attempt.ts';
import type { RequestSearch } from '../request-search.ts';
import type { Refusal } from '../responses.ts';
import type { GrantClient, TokenGrant } from '../token-grant.ts';

/** What the method is made of. */
export interface ClientCredentialsParts {
  readonly grant: TokenGrant;
  readonly issuer: Issuer;
  /** `token_endpoint_auth_method`, else the first `client_auth`. */
  readonly authMethod: string | null;
  readonly clock: Clock;
}

/**
 * The client-credentials grant with the *caller's* client (RFC 6749 §4.4): its id and secret are passed on to the token
 * endpoint. The gateway's own client takes no part.
 */
export class ClientCredentials implements AuthMethod {
  readonly name = 'client_credentials';
  readonly #parts: ClientCredentialsParts;

  constructor(parts: ClientCredentialsParts) {
    this.#parts = parts;
  }

  async find(search: RequestSearch): Promise<Attempt | Refusal | null> {
    const { places } = this.#parts.grant.settings;
    const found = await findCredential(search.request, places, search.args, clientNames);
    if (found === 'none') return null;
    return found === 'ambiguous' ? severalAuthorizations : this.attempt(found, search);
  }

  /** The attempt with a credential that was found. */
  attempt(credential: Credential, search: RequestSearch): Attempt {
    const { isDecidedByHeader } = this.#parts.grant.settings;
    return new GrantAttempt({
      method: 'client_credentials',
      place: credential.place,
      subject: credential.id,
      isDecidedByHeader: isDecidedByHeader && credential.place === 'header',
      prove: () => this.#prove(credential, search),
      conceal: () => concealCredential(search.exchange, credential, search.args),
    });
  }

  async #prove(credential: Credential, search: RequestSearch): Promise<Proven | Refusal> {
    const { grant } = this.#parts;
    const client = await this.#client(credential);
    const prepared = await grant.prepare(client, [['grant_type', 'client_credentials']], search, true);
    return await grant.prove(prepared, credential.id);
  }

  async #client({ id, secret }: Credential): Promise<GrantClient> {
    const { issuer, authMethod, clock } = this.#parts;
    const { endpoint, metadata } = await issuer.locate('token_endpoint');
    const method = effectiveMethod(authMethod, metadata);
    const auth = forwardedClient(method, id, secret, metadata.issuer, clock);
    return { id, secret, endpoint, auth, tls: null, keyParts: [method, id, secret.reveal()], isOwn: false };
  }
}
