import type { Secret } from '../../lib/secret.ts';
import type { ClientAuthentication, TokenRequestDraft } from './client-authentication.ts';

/** `Authorization: Basic` with id and secret form-urlencoded first, as RFC 6749 §2.3.1 demands and few remember. */
export class ClientSecretBasic implements ClientAuthentication {
  readonly method = 'client_secret_basic';
  readonly clientId: string;
  readonly #secret: Secret;

  constructor(clientId: string, secret: Secret) {
    this.clientId = clientId;
    this.#secret = secret;
  }

  apply(draft: TokenRequestDraft): void {
    const pair = `${formEncode(this.clientId)}:${formEncode(this.#secret.reveal())}`;
    draft.headers.push(['authorization', `Basic ${Buffer.from(pair).toString('base64')}`]);
  }
}

/** One value in application/x-www-form-urlencoded form. */
function formEncode(value: string): string {
  return new URLSearchParams([['', value]]).toString().slice(1);
}
