import type { ExchangeRequest } from '../../../pdk/exchange.ts';
import { dpopAlgorithms } from '../../../oidc/dpop.ts';
import type { Refusal } from '../responses.ts';
import type { PossessionMode } from './possession-settings.ts';

/** Errors of the `Bearer` scheme (RFC 6750 §3.1) that the `DPoP` scheme has too; null: a challenge without one. */
const errors: Partial<Record<Refusal['kind'], string | null>> = {
  'no-credential': null,
  'bad-request': 'invalid_request',
  'bad-token': 'invalid_token',
  insufficient: 'insufficient_scope',
};

/** The challenges of an instance that takes DPoP tokens (RFC 9449 §7.1, §7.2). */
export class PossessionChallenges {
  readonly #realm: string;
  readonly #exposesErrors: boolean;
  readonly #mode: PossessionMode;

  constructor(realm: string, exposesErrors: boolean, mode: PossessionMode) {
    this.#realm = realm;
    this.#exposesErrors = exposesErrors;
    this.#mode = mode;
  }

  /** The same refusal with the schemes that the caller can go on with, where it has no challenge of its own. */
  complete(refusal: Refusal, request: ExchangeRequest): Refusal {
    const error = errors[refusal.kind];
    if (this.#mode === 'off' || refusal.challenge !== undefined || error === undefined) return refusal;
    return { ...refusal, challenge: this.#challenge(error, isDpopRequest(request)) };
  }

  /** A proof that is none (RFC 9449 §7.1). */
  badProof(reason: string): Refusal {
    return { kind: 'bad-token', reason, challenge: this.#dpop('invalid_dpop_proof') };
  }

  /** A proof that needs this nonce (RFC 9449 §9). Its error is part of the protocol, so that it is always told. */
  needsNonce(reason: string, nonce: string): Refusal {
    const challenge = `DPoP realm="${this.#realm}", error="use_dpop_nonce", algs="${dpopAlgorithms}"`;
    return { kind: 'bad-nonce', reason, challenge, headers: { 'DPoP-Nonce': nonce, 'Cache-Control': 'no-store' } };
  }

  #challenge(error: string | null, isDpop: boolean): string {
    if (this.#mode === 'strict' || isDpop) return this.#dpop(error);
    return `Bearer ${this.#parameters(error)}, ${this.#dpop(null)}`;
  }

  #dpop(error: string | null): string {
    return `DPoP ${this.#parameters(error)}, algs="${dpopAlgorithms}"`;
  }

  #parameters(error: string | null): string {
    const realm = `realm="${this.#realm}"`;
    return error === null || !this.#exposesErrors ? realm : `${realm}, error="${error}"`;
  }
}

function isDpopRequest(request: ExchangeRequest): boolean {
  return /^dpop(?: |$)/i.test(request.header('authorization') ?? '');
}
