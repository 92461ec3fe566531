import { refreshParameters } from '../../../oidc/grants/refresh-token.ts';
import type { Attempt, AuthMethod, Proven } from '../auth-method.ts';
import type { CredentialPlace } from '../config.ts';
import { isUsable } from '../credentials.ts';
import { GrantAttempt } from '../grant-attempt.ts';
import type { OwnClients } from '../own-clients.ts';
import type { RefreshChain } from '../refresh-chain.ts';
import type { RequestSearch } from '../request-search.ts';
import type { Refusal } from '../responses.ts';
import type { TokenGrant } from '../token-grant.ts';
import { ownGrantClient } from './password.ts';

/** What the method is made of. */
export interface RefreshTokenParts {
  readonly grant: TokenGrant;
  readonly clients: OwnClients;
  readonly chain: RefreshChain;
  /** `refresh_token_param_name`. */
  readonly parameter: string;
}

/**
 * The refresh grant (RFC 6749 §6): the caller sends a refresh token, a client of the gateway's own uses it. One that was
 * issued to another client is refused by the provider.
 */
export class RefreshToken implements AuthMethod {
  readonly name = 'refresh_token';
  readonly #parts: RefreshTokenParts;
  readonly #header: string;

  constructor(parts: RefreshTokenParts) {
    this.#parts = parts;
    this.#header = parts.parameter.toLowerCase().replaceAll('_', '-');
  }

  async find(search: RequestSearch): Promise<Attempt | null> {
    for (const place of this.#parts.grant.settings.places) {
      const token = await this.#read(place, search);
      if (token !== null && isUsable(token)) return this.#attempt(place, token, search);
    }
    return null;
  }

  async #read(place: CredentialPlace, { request, args }: RequestSearch): Promise<string | null> {
    const { parameter } = this.#parts;
    if (place === 'query') return args.query.get(parameter);
    if (place === 'body') return (await args.body())?.get(parameter) ?? null;
    const values = request.headerAll(this.#header);
    return values.length === 1 ? (values[0] ?? null) : null;
  }

  #attempt(place: CredentialPlace, token: string, search: RequestSearch): Attempt {
    return new GrantAttempt({
      method: 'refresh_token',
      place,
      subject: null,
      isDecidedByHeader: false,
      prove: () => this.#prove(token, search),
      conceal: () => this.#conceal(place, search),
    });
  }

  async #prove(token: string, search: RequestSearch): Promise<Proven | Refusal> {
    const { grant, clients, chain } = this.#parts;
    const client = await ownGrantClient(clients, search);
    const prepared = await grant.prepare(client, refreshParameters(token), search, false);
    const proven = await grant.conclude(() => chain.get(prepared, token), client, null);
    // A provider that does not rotate sends none back: the newest is then the caller's.
    return proven.kind === 'proven' ? { ...proven, refreshToken: proven.refreshToken ?? token } : proven;
  }

  async #conceal(place: CredentialPlace, { exchange, args }: RequestSearch): Promise<void> {
    const names = [this.#parts.parameter];
    if (place === 'header') exchange.upstream.removeHeader(this.#header);
    else if (place === 'query') exchange.upstream.query = args.query.without(names);
    else {
      const body = await args.body();
      if (body !== null) exchange.upstream.setBody(body.without(names));
    }
  }
}
