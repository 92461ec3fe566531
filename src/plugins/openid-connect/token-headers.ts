import { isHopByHop } from '../../lib/hop-by-hop.ts';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import type { PublicJwk } from '../../oidc/jwks.ts';
import { claimSources, type Proven } from './auth-method.ts';
import { findClaim } from './claims.ts';
import type { ClaimHeader, OpenidConnectConfig } from './config.ts';
import { headerValue, isHeaderText } from './header-value.ts';

/** What a token comes with, apart from claims; each has a field `<side>_<name>_header`. */
export type TokenDocument =
  | 'access_token_jwk'
  | 'id_token'
  | 'id_token_jwk'
  | 'introspection'
  | 'introspection_jwt'
  | 'refresh_token'
  | 'user_info'
  | 'user_info_jwt';

/** Where a token or document goes: header name, and whether `Bearer ` is put before it. */
export interface TokenHeader {
  readonly name: string;
  readonly isBearer: boolean;
}

/** What one side, upstream or caller, is told about a token. */
export interface TokenHeaderSettings {
  /** The access token. */
  readonly token: TokenHeader | null;
  readonly documents: readonly (TokenHeader & { readonly document: TokenDocument })[];
  readonly claims: readonly ClaimHeader[];
}

/** The keys that verified the tokens; null where that was no public key, or nobody asks for it. */
export interface TokenKeys {
  readonly accessToken: PublicJwk | null;
  readonly idToken: PublicJwk | null;
}

const readers: Readonly<Record<TokenDocument, (proven: Proven, keys: TokenKeys) => JsonValue>> = {
  access_token_jwk: (_, { accessToken }) => accessToken,
  id_token: ({ idToken }) => idToken,
  id_token_jwk: (_, { idToken }) => idToken,
  introspection: ({ introspection }) => introspection,
  introspection_jwt: ({ introspectionJwt }) => introspectionJwt,
  refresh_token: ({ refreshToken }) => refreshToken,
  user_info: ({ userInfo }) => userInfo,
  user_info_jwt: ({ userInfoJwt }) => userInfoJwt,
};

/** All of them. */
export const tokenDocuments = Object.keys(readers) as readonly TokenDocument[];

/** Besides the hop-by-hop headers: those that say where a message ends, how it is sent or to whom. A claim must not. */
const framingHeaders: ReadonlySet<string> = new Set(['content-length', 'expect', 'host']);

/** Whether a configured name can be used for a header that carries a claim or token (RFC 9110 §5.1). */
export function isUsableHeaderName(name: string): boolean {
  const sent = headerName(name);
  return /^[\w!#$%&'*+.^`|~-]+$/.test(sent) && !isHopByHop(sent) && !framingHeaders.has(sent.toLowerCase());
}

/** Reads `name[:bearer]`; null means that nothing is passed on. */
export function parseTokenHeader(text: string | null): TokenHeader | null {
  const [name = '', scheme = ''] = (text ?? '').split(':', 2);
  if (!isUsableHeaderName(name)) return null;
  return { name: headerName(name), isBearer: scheme.trim().toLowerCase() === 'bearer' };
}

/** Decides once what one side is told. In a name `_` is sent as `-`, as Kong does; names that cannot be used are left out. */
export function tokenHeaderSettings(config: OpenidConnectConfig, side: 'upstream' | 'downstream'): TokenHeaderSettings {
  return {
    token: parseTokenHeader(config[`${side}_access_token_header`] ?? null),
    documents: tokenDocuments.flatMap((document) => {
      const header = parseTokenHeader(config[`${side}_${document}_header`] ?? null);
      return header === null ? [] : [{ ...header, document }];
    }),
    claims: claimHeaders(config[`${side}_headers`], config[`${side}_headers_claims`], config[`${side}_headers_names`]),
  };
}

/** Every name that the settings can set, once, whatever a token says. */
export function headerNames({ token, documents, claims }: TokenHeaderSettings): readonly string[] {
  const names = [...claims.map(({ header }) => header), ...documents.map(({ name }) => name)];
  if (token !== null) names.push(token.name);
  return [...new Map(names.map((name) => [name.toLowerCase(), name])).values()];
}

/** Which keys the settings of both sides ask for. */
export function keysAskedFor(sides: readonly TokenHeaderSettings[]): { accessToken: boolean; idToken: boolean } {
  const asked = new Set(sides.flatMap(({ documents }) => documents.map(({ document }) => document)));
  return { accessToken: asked.has('access_token_jwk'), idToken: asked.has('id_token_jwk') };
}

/**
 * The headers of a token as a flat list: name, value, name, value … What is missing, too long or not fit for a header is
 * left out; `dropped` gets the names of the last two kinds. The access token, which the upstream cannot do without, may
 * be of any length.
 */
export function renderTokenHeaders(
  settings: TokenHeaderSettings,
  proven: Proven,
  keys: TokenKeys,
  dropped: string[],
): string[] {
  const headers: string[] = [];
  const sources: readonly JsonObject[] = claimSources(proven);
  const add = (name: string, value: JsonValue | undefined, prefix: string): void => {
    if (value === undefined || value === null) return;
    const text = headerValue(value);
    if (text === null) dropped.push(name);
    else headers.push(name, prefix + text);
  };
  for (const { header, path } of settings.claims) add(header, findClaim(sources, path), '');
  for (const { name, isBearer, document } of settings.documents) {
    add(name, readers[document](proven, keys), isBearer ? 'Bearer ' : '');
  }
  const { token } = settings;
  if (token === null) return headers;
  const { accessToken } = proven;
  if (isHeaderText(accessToken)) headers.push(token.name, token.isBearer ? `Bearer ${accessToken}` : accessToken);
  else dropped.push(token.name);
  return headers;
}

/** The new and the old way to write claim headers; the new one wins. */
function claimHeaders(
  modern: readonly ClaimHeader[] | null | undefined,
  claims: readonly string[] | null | undefined,
  names: readonly string[] | null | undefined,
): readonly ClaimHeader[] {
  const old = (claims ?? []).map((claim, at) => ({ header: names?.[at] ?? '', path: [claim] }));
  const all = modern !== null && modern !== undefined && modern.length > 0 ? modern : old;
  return all
    .filter(({ header }) => isUsableHeaderName(header))
    .map(({ header, path }) => ({ header: headerName(header), path }));
}

function headerName(name: string): string {
  return name.trim().replaceAll('_', '-');
}
