import { randomBytes } from 'node:crypto';
import { type CryptoKey, SignJWT } from 'jose';
import type { Clock } from '../../lib/clock.ts';
import type { TokenRequestDraft } from './client-authentication.ts';

const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';
/** Servers refuse what lives long; whatever is later than this has been lost on the way. */
const ASSERTION_LIFETIME_SECONDS = 60;

/** What an assertion is signed with. */
export interface AssertionKey {
  readonly algorithm: string;
  /** `kid` of the header; `null` when the key has no name. */
  readonly kid: string | null;
  readonly key: CryptoKey | Uint8Array;
}

/** Who asserts, and to whom. */
export interface AssertionClaims {
  readonly clientId: string;
  /**
   * The issuer identifier of the provider alone, one string: Keycloak refuses several, and an assertion for one server
   * must be of no use at another.
   */
  readonly audience: string;
}

/** Adds a signed assertion to a request (RFC 7523 §2.2 and §3): good for a minute and, by its `jti`, for one use. */
export async function addAssertion(
  draft: TokenRequestDraft,
  { clientId, audience }: AssertionClaims,
  { algorithm, kid, key }: AssertionKey,
  clock: Clock,
): Promise<void> {
  const now = Math.floor(clock.now() / 1000);
  const assertion = await new SignJWT({})
    .setProtectedHeader({ alg: algorithm, ...(kid === null ? {} : { kid }) })
    .setIssuer(clientId)
    .setSubject(clientId)
    .setAudience(audience)
    .setJti(randomBytes(16).toString('base64url'))
    .setIssuedAt(now)
    .setExpirationTime(now + ASSERTION_LIFETIME_SECONDS)
    .sign(key);
  // RFC 7521 §4.2 makes `client_id` optional; Entra ID insists on it.
  draft.form.push(['client_id', clientId], ['client_assertion_type', ASSERTION_TYPE], ['client_assertion', assertion]);
}
