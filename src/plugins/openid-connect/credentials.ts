import { Secret } from '../../lib/secret.ts';
import type { Exchange, ExchangeRequest } from '../../pdk/exchange.ts';
import type { CredentialPlace } from './config.ts';
import { decodeUtf8, type RequestArguments } from './request-arguments.ts';
import type { Refusal } from './responses.ts';

/** The order in which places are searched, whatever the order in the config. */
export const placesInOrder: readonly CredentialPlace[] = ['header', 'query', 'body'];

/** What the two parts of a credential are called in query and body. */
export interface CredentialNames {
  readonly id: string;
  readonly secret: string;
}

/** Of a client (RFC 6749 §2.3.1). */
export const clientNames: CredentialNames = { id: 'client_id', secret: 'client_secret' };
/** Of a user (RFC 6749 §4.3.2). */
export const userNames: CredentialNames = { id: 'username', secret: 'password' };

/** Two parts that a caller presented: client id and secret, or user name and password. */
export interface Credential {
  readonly place: CredentialPlace;
  readonly id: string;
  readonly secret: Secret;
  readonly names: CredentialNames;
}

/** What a request with several `Authorization` headers gets, whichever method would read one. */
export const severalAuthorizations: Refusal = {
  kind: 'no-credential',
  reason: 'more than one Authorization header was sent',
};

/** What a search came to: a credential, none at all, or something that must not be guessed at. */
export type CredentialSearch = Credential | 'none' | 'ambiguous';

/**
 * Looks for a credential in `places`, which must be in the order of {@link placesInOrder}. The first place
 * that has both wins. Several `Authorization` headers are ambiguous: "first wins" here and "last wins" elsewhere would
 * let one request be two callers.
 */
export async function findCredential(
  request: ExchangeRequest,
  places: readonly CredentialPlace[],
  args: RequestArguments,
  names: CredentialNames = clientNames,
): Promise<CredentialSearch> {
  if (request.headerAll('authorization').length > 1) return 'ambiguous';
  for (const place of places) {
    const found = place === 'header' ? inHeader(request) : await inArguments(place, args, names);
    if (found !== null) return { ...found, place, names };
  }
  return 'none';
}

/** Takes a credential out of what goes upstream, and nothing else. */
export async function concealCredential(
  exchange: Exchange,
  credential: Credential,
  args: RequestArguments,
): Promise<void> {
  const names = [credential.names.id, credential.names.secret];
  if (credential.place === 'header') {
    exchange.upstream.removeHeader('authorization');
  } else if (credential.place === 'query') {
    exchange.upstream.query = args.query.without(names);
  } else {
    const body = await args.body();
    if (body !== null) exchange.upstream.setBody(body.without(names));
  }
}

interface Parts {
  readonly id: string;
  readonly secret: Secret;
}

function inHeader(request: ExchangeRequest): Parts | null {
  const value = request.header('authorization');
  return value === undefined ? null : parseBasic(value);
}

async function inArguments(
  place: 'query' | 'body',
  args: RequestArguments,
  names: CredentialNames,
): Promise<Parts | null> {
  const fields = place === 'query' ? args.query : await args.body();
  const id = fields?.get(names.id) ?? '';
  const secret = fields?.get(names.secret) ?? '';
  return isUsable(id) && isUsable(secret) ? { id, secret: new Secret(secret) } : null;
}

/** RFC 7617 says how long a Basic credential may be nowhere; this is far above any real one. */
const LONGEST_BASIC = 8 * 1024;

/**
 * Reads `Basic base64(id:secret)` (RFC 7617): scheme in any case, standard alphabet, padding optional, split at the
 * first colon. Anything else is not a credential: other alphabets, stray bits, control characters, bytes that are not
 * UTF-8, an empty id or secret. The id is taken literally, without percent-decoding: people type raw secrets.
 */
export function parseBasic(header: string): Parts | null {
  const match = header.length > LONGEST_BASIC ? null : /^basic +([A-Za-z0-9+/]+)(={0,2}) *$/i.exec(header);
  const [, digits = '', padding = ''] = match ?? [];
  if (digits === '' || (padding !== '' && (digits.length + padding.length) % 4 !== 0)) return null;
  const bytes = Buffer.from(digits, 'base64');
  // Encoding again finds what decoding forgives: an impossible length and bits that are not part of any byte.
  if (bytes.toString('base64').replace(/=+$/, '') !== digits) return null;
  const text = decodeUtf8(bytes) ?? '';
  const colon = text.indexOf(':');
  if (colon < 0) return null;
  const [id, secret] = [text.slice(0, colon), text.slice(colon + 1)];
  return isUsable(id) && isUsable(secret) ? { id, secret: new Secret(secret) } : null;
}

/**
 * Whether a text may be a part of a credential: neither empty, nor with a control character (of Unicode, not only of
 * ASCII), which could split a header or a log line, nor with half a character, which would be sent as another.
 */
export function isUsable(text: string): boolean {
  return /^[^\p{Cc}\p{Cs}]+$/u.test(text);
}
