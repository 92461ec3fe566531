import { keyedDigest } from '../../cache/cache-key.ts';
import { numericDate } from '../../oidc/claim-rules.ts';
import { TokenInvalid } from '../../oidc/errors.ts';
import { tokenRequestHeaders } from '../../oidc/grants/client-credentials.ts';
import type { Issuer } from '../../oidc/issuer.ts';
import type { ProviderHttp } from '../../oidc/provider-http.ts';
import { unverifiedClaims } from '../../oidc/subject-token.ts';
import { fetchUserInfo } from '../../oidc/userinfo.ts';
import type { Proven } from './auth-method.ts';
import { callerArguments, callerHeaders } from './caller-values.ts';
import type { AnswerEntry, ClaimsCache } from './claims-cache.ts';
import type { UserInfoSettings } from './lookup-settings.ts';
import type { RequestSearch } from './request-search.ts';
import type { TokenLookup } from './token-lookup.ts';

/** Changes when keys mean something else, so that entries of an older gw in a shared store are not misread. */
const KEY_FORMAT = '1';

/** What userinfo is made of. */
export interface UserInfoParts {
  readonly issuer: Issuer;
  readonly settings: UserInfoSettings;
  readonly cache: ClaimsCache;
  readonly salt: string;
  readonly http: Pick<ProviderHttp, 'getOnce'>;
}

/** Asks the provider about the user of a token, once per token and as long as the answer may be kept. */
export class UserInfoSource implements TokenLookup {
  readonly #parts: UserInfoParts;

  constructor(parts: UserInfoParts) {
    this.#parts = parts;
  }

  get isDecidedByToken(): boolean {
    return this.#parts.settings.isDecidedByToken;
  }

  async answerFor(token: string, search: RequestSearch): Promise<AnswerEntry> {
    const { issuer, settings, cache, salt, http } = this.#parts;
    const endpoint = await issuer.endpoint('userinfo_endpoint');
    const taken = await callerArguments(search, settings.callerArgs);
    const configured = settings.args.filter(([name]) => taken.every(([later]) => later !== name));
    const query = [...configured, ...taken].filter(([name]) => name !== 'access_token');
    const headers = tokenRequestHeaders(settings.headers, callerHeaders(search, settings.callerHeaders));
    const parts = [issuer.id, endpoint, token, query.flat(), headers.flat(), settings.accept];
    return await cache.get(keyedDigest(salt, [KEY_FORMAT, 'userinfo', ...parts]), async () => {
      const answer = await fetchUserInfo({ ...settings, endpoint, accessToken: token, query, headers }, issuer, http);
      // Unverified, so it may only shorten how long the answer is kept.
      return { kind: 'claims', ...answer, expiresAt: numericDate(unverifiedClaims(token)?.exp) };
    });
  }

  /**
   * What was proved, with what the provider says of the user (`search_user_info`). A token that the endpoint does not
   * accept, such as one without a user, leaves that out: the token itself was proved otherwise.
   *
   * @throws {TokenInvalid} when the answer is about somebody else (OpenID Connect Core §5.3.2)
   * @throws {ProviderConfigError} when there is no such endpoint
   * @throws {IdentityProviderError} when the provider is at fault and nothing cached may be used
   */
  async complete(proven: Proven, search: RequestSearch): Promise<Proven> {
    if (proven.userInfo !== null) return proven;
    const { value, refreshAt } = await this.answerFor(proven.accessToken, search);
    const reusableUntil = Math.min(proven.reusableUntil, refreshAt);
    if (value.kind === 'refused') return { ...proven, reusableUntil };
    const { claims, jwt } = value;
    const subject = subjectOf(proven);
    if (subject !== undefined && claims.sub !== subject) {
      throw new TokenInvalid('userinfo and token name different subjects');
    }
    return { ...proven, userInfo: claims, userInfoJwt: jwt ?? null, reusableUntil };
  }
}

/** The standard compares with the ID token; where there is none, the access token names the same user. */
function subjectOf({ idTokenClaims, claims, introspection }: Proven): unknown {
  return idTokenClaims?.sub ?? claims?.sub ?? introspection?.sub;
}
