import type { JsonPath } from '../../../lib/json.ts';
import { endpointNames } from '../../../oidc/provider-metadata.ts';
import { userInfoSettings } from '../lookup-settings.ts';
import { type CheckContext, chosenMethods, isReference, listOf } from './context.ts';

/** The issuer is a URL that can be asked; plain http is for this machine only. */
export function checkIssuer(context: CheckContext): void {
  const { issuer } = context.config;
  if (isReference(issuer)) return;
  const url = parseUrl(issuer);
  if (url === null) {
    context.error(['issuer'], 'openid-connect/issuer', '"issuer" is not an absolute http or https URL');
    return;
  }
  if (url.username !== '' || url.password !== '') {
    context.error(['issuer'], 'openid-connect/issuer', '"issuer" holds a user name or a password');
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    const message = '"issuer" uses plain http: whoever sees the traffic gets client secrets and tokens';
    context.warning(['issuer'], 'openid-connect/insecure', message, 'use https');
  }
  checkKnownProvider(context, url.hostname);
}

const endpoints = [
  ...endpointNames,
  ...['jwks_endpoint', 'token_exchange_endpoint'],
  ...['mtls_token_endpoint', 'mtls_introspection_endpoint', 'mtls_revocation_endpoint'],
];

/** Configured addresses of the provider are URLs that can be called, and no weaker than the issuer's. */
export function checkEndpoints(context: CheckContext): void {
  const configured = endpoints.map((name): [JsonPath, unknown] => [[name], context.fields[name]]);
  const extra = listOf(context, 'extra_jwks_uris').map((uri, at): [JsonPath, unknown] => [
    ['extra_jwks_uris', at],
    uri,
  ]);
  const isSecure = parseUrl(context.config.issuer)?.protocol === 'https:';
  for (const [path, value] of [...configured, ...extra]) {
    if (typeof value !== 'string' || value === '' || isReference(value)) continue;
    const url = parseUrl(value);
    if (url === null) {
      context.error(path, 'openid-connect/endpoint', `"${path[0]}" is not an absolute http or https URL`);
    } else if (isSecure && url.protocol === 'http:' && !isLoopback(url.hostname)) {
      const message = `"${path[0]}" uses plain http: whoever sees the traffic can read or change what the provider says`;
      context.warning(path, 'openid-connect/insecure', message, 'use https');
    }
  }
}

/** Without discovery every endpoint that a method needs is configured. */
export function checkPseudoIssuer(context: CheckContext): void {
  const { config } = context;
  if (config.using_pseudo_issuer !== true) return;
  // All nine are on by default, and nobody means that: a config that works for those it means is no error.
  const meant = chosenMethods(context) ?? ['bearer', 'client_credentials'];
  const methods = new Set(meant);
  const grants = ['client_credentials', 'password', 'refresh_token', 'authorization_code'];
  const asksForTokens = grants.some((method) => methods.has(method)) || (config.token_exchange ?? null) !== null;
  require(context, 'token_endpoint', asksForTokens);
  const introspects = config.introspect_jwt_tokens === true && methods.has('bearer');
  require(context, 'introspection_endpoint', methods.has('introspection') || introspects);
  require(context, 'userinfo_endpoint', methods.has('userinfo') || userInfoSettings(config).isAfterMethods);
  require(context, 'authorization_endpoint', methods.has('authorization_code'));
  const hasSigned = methods.has('bearer') || asksForTokens || getsSignedAnswers(context);
  const hasKeys = listOf(context, 'extra_jwks_uris').length > 0;
  require(context, 'jwks_endpoint', config.verify_signature === true && hasSigned && !hasKeys);
}

/** What the provider says of tokens may come as a JWT, too. */
function getsSignedAnswers({ config }: CheckContext): boolean {
  return [config.introspection_accept, config.userinfo_accept].some((accept) => accept?.endsWith('jwt') === true);
}

function require(context: CheckContext, name: string, needed: boolean): void {
  if (!needed || (context.fields[name] ?? null) !== null) return;
  const message = `"using_pseudo_issuer" is on, so "${name}" must be set: it is not discovered`;
  context.error(['using_pseudo_issuer'], 'openid-connect/endpoint-missing', message);
}

/** Habits of widely used providers that cost everybody an afternoon once. */
function checkKnownProvider(context: CheckContext, host: string): void {
  const okta = /(^|\.)(okta|oktapreview|okta-emea)\.com$/.test(host);
  const entra = /(^|\.)(login\.microsoftonline\.com|sts\.windows\.net)$/.test(host);
  const scopesClaim = context.config.scopes_claim ?? ['scope'];
  if ((okta || entra) && listOf(context, 'scopes_required').length > 0 && scopesClaim.join() === 'scope') {
    const message = 'this identity provider names the scope claim "scp", so "scopes_required" will never be met';
    context.warning(['scopes_required'], 'openid-connect/provider', message, 'set "scopes_claim" to [scp]');
  }
  const usesGrant = listOf(context, 'auth_methods').includes('client_credentials');
  if (okta && usesGrant && listOf(context, 'scopes').includes('openid')) {
    const message = 'this identity provider refuses the scope "openid" for client credentials';
    context.warning(['scopes'], 'openid-connect/provider', message, 'set "scopes" to what the API needs, or to null');
  }
}

function parseUrl(text: string): URL | null {
  if (!URL.canParse(text)) return null;
  const url = new URL(text);
  return url.protocol === 'http:' || url.protocol === 'https:' ? url : null;
}

function isLoopback(host: string): boolean {
  return host === 'localhost' || host.endsWith('.localhost') || host === '[::1]' || /^127(\.\d+){3}$/.test(host);
}
