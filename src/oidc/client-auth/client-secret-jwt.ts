import { randomBytes } from 'node:crypto';
import { SignJWT } from 'jose';
import type { Clock } from '../../lib/clock.ts';
import type { Secret } from '../../lib/secret.ts';
import type { ClientAuthentication, TokenRequestDraft } from './client-authentication.ts';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
const ASSERTION_LIFETIME_SECONDS = 60;

/**
 * An assertion signed with the client's secret (RFC 7523 §2.2). `aud` is the issuer identifier alone, one string:
 * Keycloak refuses several, and an assertion for one server must be of no use at another.
 */
export class ClientSecretJwt implements ClientAuthentication {
  readonly method = 'client_secret_jwt';
  readonly clientId: string;
  readonly #secret: Secret;
  readonly #audience: string;
  readonly #clock: Clock;

  constructor(clientId: string, secret: Secret, audience: string, clock: Clock) {
    this.clientId = clientId;
    this.#secret = secret;
    this.#audience = audience;
    this.#clock = clock;
  }

  async apply(draft: TokenRequestDraft): Promise<void> {
    const now = Math.floor(this.#clock.now() / 1000);
    const assertion = await new SignJWT({})
      .setProtectedHeader({ alg: 'HS256' })
      .setIssuer(this.clientId)
      .setSubject(this.clientId)
      .setAudience(this.#audience)
      .setJti(randomBytes(16).toString('base64url'))
      .setIssuedAt(now)
      .setExpirationTime(now + ASSERTION_LIFETIME_SECONDS)
      .sign(new TextEncoder().encode(this.#secret.reveal()));
    draft.form.push(['client_assertion_type', ASSERTION_TYPE], ['client_assertion', assertion]);
  }
}
