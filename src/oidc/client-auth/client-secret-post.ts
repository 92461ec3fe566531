import type { Secret } from '../../lib/secret.ts';
import type { ClientAuthentication, TokenRequestDraft } from './client-authentication.ts';

/** Id and secret as form fields (RFC 6749 §2.3.1). */
export class ClientSecretPost implements ClientAuthentication {
  readonly method = 'client_secret_post';
  readonly clientId: string;
  readonly #secret: Secret;

  constructor(clientId: string, secret: Secret) {
    this.clientId = clientId;
    this.#secret = secret;
  }

  apply(draft: TokenRequestDraft): void {
    draft.form.push(['client_id', this.clientId], ['client_secret', this.#secret.reveal()]);
  }
}
