import { ProviderConfigError } from '../../../oidc/errors.ts';
import { passwordParameters } from '../../../oidc/grants/password.ts';
import type { Attempt, AuthMethod, Proven } from '../auth-method.ts';
import {
  type Credential,
  concealCredential,
  findCredential,
  severalAuthorizations,
  userNames,
} from '../credentials.ts';
import { GrantAttempt } from '../grant-attempt.ts';
import type { OwnClients } from '../own-clients.ts';
import type { RequestSearch } from '../request-search.ts';
import type { Refusal } from '../responses.ts';
import type { GrantClient, TokenGrant } from '../token-grant.ts';

/** The password grant (RFC 6749 §4.3): a client of the gateway's own asks with the caller's user name and password. */
export class Password implements AuthMethod {
  readonly name = 'password';
  readonly #grant: TokenGrant;
  readonly #clients: OwnClients;

  constructor(grant: TokenGrant, clients: OwnClients) {
    this.#grant = grant;
    this.#clients = clients;
  }

  async find(search: RequestSearch): Promise<Attempt | Refusal | null> {
    const found = await findCredential(search.request, this.#grant.settings.places, search.args, userNames);
    if (found === 'none') return null;
    return found === 'ambiguous' ? severalAuthorizations : this.attempt(found, search);
  }

  /** The attempt with a credential that was found. */
  attempt(credential: Credential, search: RequestSearch): Attempt {
    const { isDecidedByHeader } = this.#grant.settings;
    return new GrantAttempt({
      method: 'password',
      place: credential.place,
      subject: credential.id,
      isDecidedByHeader: isDecidedByHeader && credential.place === 'header' && !this.#clients.isChosenByRequest,
      prove: () => this.#prove(credential, search),
      conceal: () => concealCredential(search.exchange, credential, search.args),
    });
  }

  async #prove({ id, secret }: Credential, search: RequestSearch): Promise<Proven | Refusal> {
    const client = await ownGrantClient(this.#clients, search);
    const prepared = await this.#grant.prepare(client, passwordParameters(id, secret.reveal()), search, true);
    return await this.#grant.prove(prepared, id);
  }
}

/**
 * The gateway's own client for a grant, as the caller chose it.
 *
 * @throws {ProviderConfigError} when there is none
 */
export async function ownGrantClient(clients: OwnClients, search: RequestSearch): Promise<GrantClient> {
  const own = await clients.select(search);
  if (own === null) throw new ProviderConfigError('the grant needs a client of the gateway\'s own; set "client_id"');
  const { endpoint, auth, tls, keyParts } = await own.prepare('token_endpoint');
  return { id: own.id, secret: own.secret, endpoint, auth, tls, keyParts, isOwn: true };
}
