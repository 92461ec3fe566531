import { randomUUID } from 'node:crypto';
import { calculateJwkThumbprint, type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { sha256 } from '../../src/lib/digest.ts';

/** What a proof says; header members and claims that are `undefined` are left out. */
export interface ProofParts {
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims?: Readonly<Record<string, unknown>>;
  /** Signs instead of the key that the proof names. */
  readonly signer?: DpopKey;
}

/** A client's key for DPoP (RFC 9449), and proofs by it. */
export class DpopKey {
  readonly alg: string;
  readonly jwk: JWK;
  readonly thumbprint: string;
  readonly #key: CryptoKey;

  private constructor(alg: string, jwk: JWK, thumbprint: string, key: CryptoKey) {
    this.alg = alg;
    this.jwk = jwk;
    this.thumbprint = thumbprint;
    this.#key = key;
  }

  static async make(alg = 'ES256'): Promise<DpopKey> {
    const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
    const jwk = await exportJWK(publicKey);
    return new DpopKey(alg, jwk, await calculateJwkThumbprint(jwk, 'sha256'), privateKey);
  }

  /** A good proof of now for a request, but for what `parts` changes. */
  async prove(
    method: string,
    url: string,
    token: string,
    { header, claims, signer }: ProofParts = {},
  ): Promise<string> {
    const by = signer ?? this;
    const all = {
      jti: randomUUID(),
      htm: method,
      htu: url,
      iat: Math.floor(Date.now() / 1000),
      ath: sha256(token),
      ...claims,
    };
    const head = { typ: 'dpop+jwt', alg: by.alg, jwk: this.jwk, ...header };
    return await new SignJWT(all).setProtectedHeader(head).sign(by.#key);
  }
}
