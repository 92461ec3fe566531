import { discoveryUrl, oauthMetadataUrl } from '../../oidc/discovery-url.ts';
import { publicKeyAlgorithms } from '../../oidc/key-set.ts';
import type { OnlineCode } from './online-codes.ts';
import { compareClients } from './online-clients.ts';
import type { OnlineNeed } from './online-needs.ts';
import { type Comparison, list, placeOfNeed, shown, texts, warn } from './online-report.ts';

/**
 * Reports where config and discovery document do not fit. Lists that a document lacks say nothing: the defaults that
 * OpenID Connect Discovery §3 gives them are rarely what a provider means.
 */
export function compareWithProvider(comparison: Comparison): void {
  const { needs, compiled } = comparison;
  compareIssuer(comparison);
  compareEndpoints(comparison);
  for (const need of needs) compareGrant(comparison, need);
  compareClients(comparison);
  if (verifiesSignatures(comparison)) compareAlgorithms(comparison, compiled.rules.allowsHmac);
}

/** Whether tokens are verified with keys of the provider: those that callers bring, or those that it issues. */
export function verifiesSignatures({ needs, compiled }: Pick<Comparison, 'needs' | 'compiled'>): boolean {
  const { bearer, grants, rules } = compiled;
  const { clientCredentials, password, refreshToken } = grants;
  const byMethod = { client_credentials: clientCredentials, password, refresh_token: refreshToken } as const;
  const grantsToo = needs.some(({ by }) => {
    if (by === 'token_exchange') return rules.verifySignature;
    return by in byMethod && byMethod[by as keyof typeof byMethod].rules.verifySignature;
  });
  return grantsToo || bearer?.verifySignature === true;
}

/** OpenID Connect Discovery §4.3 demands equality; Kong and gw go by what the document says. */
function compareIssuer(comparison: Comparison): void {
  const { issuer } = comparison.config;
  const announced = comparison.metadata.issuer;
  const asked = discoveryUrl(issuer);
  if (discoveryUrl(announced) === asked || oauthMetadataUrl(announced) === asked) return;
  warn(comparison, ['issuer'], 'openid-connect/online-issuer', {
    message: `the discovery document names another issuer, "${shown(announced)}", and tokens must carry that one`,
    hint: 'if that is the provider you mean, write its own name; "issuers_allowed" accepts further ones',
  });
}

/** One finding per endpoint, whoever needs it. */
function compareEndpoints({ needs, source, metadata, report }: Comparison): void {
  for (const endpoint of new Set(needs.map((need) => need.endpoint))) {
    if (metadata.endpoints[endpoint] !== undefined || metadata.mtlsEndpoints?.[endpoint] !== undefined) continue;
    const by = needs.filter((need) => need.endpoint === endpoint).map((need) => `"${need.by}"`);
    const isAnnounced = typeof source.document[endpoint] === 'string';
    const code: OnlineCode =
      endpoint === 'token_endpoint' ? 'openid-connect/online-token-endpoint' : 'openid-connect/online-endpoint';
    report({
      path: ['issuer'],
      code,
      severity: 'error',
      message: isAnnounced
        ? `the identity provider announces a "${endpoint}" that is not safe to use: no URL, plain http, or with a user name`
        : `the identity provider announces no "${endpoint}", which ${by.join(', ')} need${by.length === 1 ? 's' : ''}`,
      hint: `set "${endpoint}" if you know it`,
    });
  }
}

function compareGrant(comparison: Comparison, need: OnlineNeed): void {
  const { grant } = need;
  const supported = texts(comparison.source.document.grant_types_supported);
  if (grant === null || supported === null || supported.includes(grant)) return;
  warn(comparison, placeOfNeed(comparison, need), 'openid-connect/online-grant', {
    message: `the identity provider does not announce the grant "${grant}", only ${list(supported)}`,
    hint: 'enable it at the provider',
  });
}

function compareAlgorithms(comparison: Comparison, allowsHmac: boolean): void {
  const algorithms = texts(comparison.source.document.id_token_signing_alg_values_supported);
  if (algorithms === null) return;
  const isAccepted = (alg: string): boolean =>
    publicKeyAlgorithms.includes(alg) || (allowsHmac && /^HS(256|384|512)$/.test(alg));
  if (algorithms.length === 0 || algorithms.some(isAccepted)) return;
  const hint = algorithms.some((alg) => alg.startsWith('HS'))
    ? 'let the provider sign with RS256 or ES256, or set "enable_hs_signatures"'
    : 'let the provider sign with RS256 or ES256';
  const message = `the identity provider announces no signature algorithm that is accepted, only ${list(algorithms)}`;
  warn(comparison, ['issuer'], 'openid-connect/online-algorithm', { message, hint });
}
