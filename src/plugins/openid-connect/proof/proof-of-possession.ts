import type { Clock } from '../../../lib/clock.ts';
import type { JsonObject } from '../../../lib/json.ts';
import { isBoundToCertificate } from '../../../oidc/certificate-binding.ts';
import { checkDpopProof } from '../../../oidc/dpop.ts';
import type { DpopNonces } from '../../../oidc/dpop-nonces.ts';
import { type BindingMember, boundTo } from '../../../oidc/token-binding.ts';
import type { Exchange, ExchangeRequest } from '../../../pdk/exchange.ts';
import type { Attempt, Proven } from '../auth-method.ts';
import { type BearerTokenSettings, findBearerToken } from '../bearer-token.ts';
import type { AuthMethod as AuthMethodName } from '../implemented-fields.ts';
import type { RequestSearch } from '../request-search.ts';
import type { Refusal } from '../responses.ts';
import type { HeaderCertificates } from './header-certificate.ts';
import type { PossessionChallenges } from './possession-challenges.ts';
import type { PossessionMode, PossessionSettings } from './possession-settings.ts';
import type { UsedProofs } from './used-proofs.ts';

/** What {@link ProofOfPossession} is made of. */
export interface PossessionParts {
  readonly settings: PossessionSettings;
  readonly tokens: BearerTokenSettings;
  /** Null: certificates are those of the connections. */
  readonly headerCertificates: HeaderCertificates | null;
  /** Null when proofs need none. */
  readonly nonces: DpopNonces | null;
  readonly usedProofs: UsedProofs;
  readonly challenges: PossessionChallenges;
  readonly clock: Clock;
}

/** Methods for tokens that callers bring. */
const tokenMethods: ReadonlySet<AuthMethodName> = new Set(['bearer', 'introspection', 'userinfo', 'kong_oauth2']);

/** A token as the caller brought it, and all that is known of it. */
interface BroughtToken {
  readonly token: string;
  readonly isDpop: boolean;
  readonly sources: readonly (JsonObject | null)[];
}

/** Holds tokens that callers bring to what they are bound to: a certificate (RFC 8705 §3), a key (RFC 9449). */
export class ProofOfPossession {
  readonly #parts: PossessionParts;
  /** Nonces for callers whose own one will soon be too old. */
  readonly #newNonces = new WeakMap<Exchange, string>();

  constructor(parts: PossessionParts) {
    this.#parts = parts;
  }

  /** Whether {@link ProofOfPossession.tellCaller} may have something to tell. */
  get renewsNonces(): boolean {
    return this.#parts.nonces !== null;
  }

  /** Whether more than the token decides about a request with such an attempt, so that it must be looked at each time. */
  concerns({ method }: Pick<Attempt, 'method'>): boolean {
    const { mtls, dpop } = this.#parts.settings;
    return (mtls !== 'off' || dpop !== 'off') && (method === 'bearer' || method === 'introspection');
  }

  /** Keeps from the upstream what is for the gateway alone, whether or not it was looked at. */
  hide({ upstream }: Exchange): void {
    const { fromHeader, dpop } = this.#parts.settings;
    if (fromHeader !== null) upstream.removeHeader(fromHeader.name);
    if (dpop !== 'off') upstream.removeHeader('dpop');
  }

  /** A refusal with the challenges that belong to it. */
  challenge(refusal: Refusal, request: ExchangeRequest): Refusal {
    return this.#parts.challenges.complete(refusal, request);
  }

  /** Hands out a new nonce in time (RFC 9449 §8.2), so that the next request need not be refused for the lack of one. */
  tellCaller(exchange: Exchange): void {
    const nonce = this.#newNonces.get(exchange);
    if (nonce !== undefined) exchange.response.setHeader('DPoP-Nonce', nonce);
  }

  /** Null when the caller may use the token that it brought. A proof is used up by this. */
  async check(search: RequestSearch, attempt: Attempt, proven: Proven): Promise<Refusal | null> {
    if (!tokenMethods.has(attempt.method)) return null;
    const found = await findBearerToken(search, this.#parts.tokens);
    if (found === null || 'kind' in found) return null;
    const isDpop = found.scheme === 'dpop';
    // What no binding is known of must not pass for proved.
    if (!this.concerns(attempt)) return isDpop ? badToken('tokens with a proof are not for this method') : null;
    const { brought, claims, introspection } = proven;
    const token = brought?.token ?? proven.accessToken;
    const sources = brought === null ? [claims, introspection] : [brought.claims];
    return this.#checkCertificate(search, sources) ?? (await this.#checkKey(search, { token, isDpop, sources }));
  }

  #checkCertificate(search: RequestSearch, sources: BroughtToken['sources']): Refusal | null {
    const bound = binding(sources, 'x5t#S256', this.#parts.settings.mtls);
    if (bound === null || 'kind' in bound) return bound;
    const certificate = this.#certificateOf(search.request);
    if (typeof certificate === 'string') return badToken(certificate);
    const isBound = bound.every((thumbprint) => isBoundToCertificate(thumbprint, certificate));
    return isBound ? null : badToken('the token is bound to another certificate');
  }

  #certificateOf(request: ExchangeRequest): Buffer | string {
    const { headerCertificates } = this.#parts;
    if (headerCertificates !== null) return headerCertificates.find(request);
    return request.clientCertificate ?? 'no client certificate was shown';
  }

  async #checkKey(search: RequestSearch, { token, isDpop, sources }: BroughtToken): Promise<Refusal | null> {
    const { dpop } = this.#parts.settings;
    // RFC 9449 §7.1: the scheme says that the token is bound, whatever the mode.
    const bound = binding(sources, 'jkt', isDpop ? 'strict' : dpop);
    if (bound === null || 'kind' in bound) return bound;
    // RFC 9449 §7.2: otherwise whoever has stolen a bound token would just leave the proof out.
    if (!isDpop) return badToken('a token that is bound to a key was sent without proof');
    const [thumbprint = ''] = bound;
    if (bound.some((other) => other !== thumbprint)) return badToken('the token is bound to several keys');
    return await this.#checkProof(search.exchange, token, thumbprint);
  }

  async #checkProof(exchange: Exchange, accessToken: string, thumbprint: string): Promise<Refusal | null> {
    const { request } = exchange;
    const { settings, nonces, usedProofs, challenges, clock } = this.#parts;
    const proofs = request.headerAll('dpop');
    const [proof] = proofs;
    if (proof === undefined) return challenges.badProof('no DPoP proof was sent');
    if (proofs.length > 1) return challenges.badProof('more than one DPoP proof was sent');
    const { method, publicUrl: url } = request;
    const { proofLifetimeSeconds: lifetimeSeconds, leewaySeconds } = settings;
    const now = clock.now();
    const expected = { method, url, accessToken, thumbprint };
    const outcome = checkDpopProof(proof, expected, { lifetimeSeconds, leewaySeconds, nonces }, now);
    if (outcome.kind === 'invalid') return challenges.badProof(outcome.reason);
    if (outcome.kind === 'nonce') return challenges.needsNonce(outcome.reason, nonces?.make(now) ?? '');
    const use = await usedProofs.use(thumbprint, outcome.jti, outcome.usableUntil);
    if (use === 'first') {
      const isHalfOver = outcome.usableUntil - now < (lifetimeSeconds + leewaySeconds) * 500;
      if (nonces !== null && isHalfOver) this.#newNonces.set(exchange, nonces.make(now));
      return null;
    }
    if (use === 'again') return challenges.badProof('the DPoP proof was used before');
    return { kind: 'unchecked', reason: 'it cannot be told whether the DPoP proof was used before' };
  }
}

/** What a token is bound to and the caller must show; a refusal, or null when there is nothing to show. */
function binding(
  sources: BroughtToken['sources'],
  member: BindingMember,
  mode: PossessionMode,
): readonly string[] | Refusal | null {
  if (mode === 'off') return null;
  const bound = boundTo(sources, member);
  if (bound === null) return badToken('the binding of the token cannot be read');
  if (bound.length > 0) return bound;
  const what = member === 'jkt' ? 'key' : 'certificate';
  return mode === 'strict' ? badToken(`the token is not bound to a ${what}`) : null;
}

function badToken(reason: string): Refusal {
  return { kind: 'bad-token', reason };
}
