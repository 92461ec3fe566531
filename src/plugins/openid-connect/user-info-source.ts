import { keyedDigest } from '../../cache/cache-key.ts';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import { numericDate } from '../../oidc/claim-rules.ts';
import { TokenInvalid } from '../../oidc/errors.ts';
import { tokenRequestHeaders } from '../../oidc/grants/client-credentials.ts';
import type { Issuer } from '../../oidc/issuer.ts';
import type { ProviderHttp } from '../../oidc/provider-http.ts';
import { parseJsonObject } from '../../oidc/provider-json.ts';
import { fetchUserInfo } from '../../oidc/userinfo.ts';
import { claimSources, type Proven } from './auth-method.ts';
import { callerArguments, callerHeaders } from './caller-values.ts';
import type { AnswerEntry, ClaimsCache } from './claims-cache.ts';
import { readClaim } from './claims.ts';
import type { UserInfoSettings } from './lookup-settings.ts';
import type { RequestSearch } from './request-search.ts';

/** Changes when keys mean something else, so that entries of an older gw in a shared store are not misread. */
const KEY_FORMAT = '1';

/** What userinfo is made of. */
export interface UserInfoParts {
  readonly issuer: Issuer;
  readonly settings: UserInfoSettings;
  readonly cache: ClaimsCache;
  readonly salt: string;
  readonly http: ProviderHttp;
}

/** Asks the provider about the user of a token, once per token and as long as the answer may be kept. */
export class UserInfoSource {
  /** Whether answers may differ between callers of the same token, who send values that go to the provider. */
  readonly asksCaller: boolean;
  /** Whether answers are kept at all. */
  readonly isCached: boolean;
  readonly #parts: UserInfoParts;

  constructor(parts: UserInfoParts) {
    this.#parts = parts;
    this.isCached = parts.cache.isKept;
    this.asksCaller = parts.settings.callerArgs.length + parts.settings.callerHeaders.length > 0;
  }

  /**
   * The user's claims. `subject` is `sub` of the token if known; the answer must be about the same
   * (OpenID Connect Core §5.3.2).
   *
   * @throws {TokenInvalid} when the provider does not accept the token, or speaks of somebody else
   * @throws {ProviderConfigError} when there is no such endpoint
   * @throws {IdentityProviderError} when the provider is at fault and nothing cached may be used
   */
  async claimsFor(accessToken: string, subject: string | null, search: RequestSearch): Promise<JsonObject> {
    const { value } = await this.answerFor(accessToken, search);
    if (value.kind === 'refused') throw new TokenInvalid(value.reason);
    requireSubject(value.claims, subject);
    return value.claims;
  }

  /** What the provider says of a token, with the moments of the answer; a definite "no" is an answer. */
  async answerFor(accessToken: string, search: RequestSearch): Promise<AnswerEntry> {
    const { issuer, settings, cache, salt, http } = this.#parts;
    const endpoint = await issuer.endpoint('userinfo_endpoint');
    const taken = await callerArguments(search, settings.callerArgs);
    const configured = settings.args.filter(([name]) => taken.every(([later]) => later !== name));
    const query = [...configured, ...taken];
    const headers = tokenRequestHeaders(settings.headers, callerHeaders(search, settings.callerHeaders));
    const { accept, timeoutMs, sslVerify } = settings;
    const parts = [issuer.id, endpoint, accessToken, query.flat(), headers.flat(), accept];
    return await cache.get(keyedDigest(salt, [KEY_FORMAT, 'userinfo', ...parts]), async () => {
      const request = { endpoint, accessToken, query, headers, accept, timeoutMs, sslVerify };
      const claims = await fetchUserInfo(request, issuer, http);
      return { kind: 'claims', claims, expiresAt: announcedEnd(accessToken) };
    });
  }

  /**
   * What was proved, with the user's claims (`search_user_info`). A token that the endpoint does not accept, such as one
   * without a user, leaves them out: the token itself was proved otherwise.
   *
   * @throws as {@link UserInfoSource.claimsFor}, save for such a token
   */
  async complete(proven: Proven, search: RequestSearch): Promise<Proven> {
    if (proven.userInfo !== null) return proven;
    const entry = await this.answerFor(proven.accessToken, search);
    const isRepeatable = this.isCached && !this.asksCaller;
    const reusableUntil = isRepeatable ? Math.min(proven.reusableUntil, entry.refreshAt) : 0;
    if (entry.value.kind === 'refused') return { ...proven, reusableUntil };
    requireSubject(entry.value.claims, subjectOf(proven));
    return { ...proven, userInfo: entry.value.claims, reusableUntil };
  }
}

/** The first `sub` among what was proved. */
function subjectOf(proven: Proven): string | null {
  for (const source of claimSources(proven)) {
    const subject = readClaim(source, ['sub']);
    if (typeof subject === 'string') return subject;
  }
  return null;
}

function requireSubject(claims: JsonObject, subject: string | null): void {
  const told: JsonValue | undefined = claims.sub;
  if (subject !== null && told !== subject) throw new TokenInvalid('userinfo and token name different subjects');
}

/** `exp` of a token that can be read, unverified: it can only shorten how long an answer is kept. */
function announcedEnd(token: string): number | null {
  const [, payload, signature] = token.split('.', 3);
  if (payload === undefined || signature === undefined) return null;
  return numericDate(parseJsonObject(Buffer.from(payload, 'base64url').toString('utf8'))?.exp);
}
