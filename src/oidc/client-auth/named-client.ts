import type { ClientAuthentication, TokenRequestDraft } from './client-authentication.ts';

/** The methods whose request holds no more than the client's name. */
export type NamedClientMethod = 'none' | 'tls_client_auth' | 'self_signed_tls_client_auth';

/**
 * `client_id` and nothing else. Public clients prove nothing (RFC 6749 §2.3); those that authenticate by certificate
 * have done so when the connection was made (RFC 8705 §2).
 */
export class NamedClient implements ClientAuthentication {
  readonly method: NamedClientMethod;
  readonly clientId: string;

  constructor(method: NamedClientMethod, clientId: string) {
    this.method = method;
    this.clientId = clientId;
  }

  apply(draft: TokenRequestDraft): void {
    draft.form.push(['client_id', this.clientId]);
  }
}
