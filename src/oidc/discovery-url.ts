const OPENID_SUFFIX = '/.well-known/openid-configuration';
const OAUTH_INFIX = '/.well-known/oauth-authorization-server';

/**
 * The URL of a provider's document for what a user wrote: the issuer identifier or the URL itself (OpenID Connect
 * Discovery §4). Two spellings of one issuer give one URL.
 */
export function discoveryUrl(issuer: string): string {
  const trimmed = issuer.trim();
  if (URL.canParse(trimmed) && new URL(trimmed).pathname.includes('/.well-known/')) return trimmed;
  return trimmed.replace(/\/+$/, '') + OPENID_SUFFIX;
}

/** Where RFC 8414 §3.1 puts the document, for providers without OpenID: between host and path. */
export function oauthMetadataUrl(issuer: string): string | null {
  const trimmed = issuer.trim();
  if (!URL.canParse(trimmed)) return null;
  const url = new URL(trimmed);
  if (url.pathname.includes('/.well-known/')) return null;
  return `${url.origin}${OAUTH_INFIX}${url.pathname.replace(/\/+$/, '')}`;
}
