import { createPublicKey } from 'node:crypto';
import { type Draft, textOf, textsOf } from '../draft.ts';
import type { Findings } from '../findings.ts';
import { isKnownLater } from './known-later.ts';

/** A JWT credential: algorithms with a key pair need the public key. */
export function checkJwtSecret(draft: Draft, findings: Findings): void {
  const algorithm = textOf(draft.fields.algorithm) ?? 'HS256';
  const key = textOf(draft.fields.rsa_public_key);
  if (key === null) {
    if (!signsWithKeyPair(algorithm) || (draft.fields.rsa_public_key ?? null) !== null) return;
    const message = `"rsa_public_key" is missing: tokens signed with ${algorithm} are verified with it`;
    findings.add('credential/no-public-key', draft.document, [...draft.path, 'rsa_public_key'], message, { at: 'key' });
  } else if (!isKnownLater(draft, ['rsa_public_key'], key) && !isPublicKey(key)) {
    const message = '"rsa_public_key" is not a public key in PEM form';
    const path = [...draft.path, 'rsa_public_key'];
    findings.add('credential/public-key', draft.document, path, message, { at: 'key' });
  }
}

/** Other names are symmetric, or no algorithms at all, which the schema reports. */
function signsWithKeyPair(algorithm: string): boolean {
  return /^(?:[REP]S(?:256|384|512)|ES256K|EdDSA|ES[BP]\d{3}|Ed25519|Ed448)$/.test(algorithm);
}

function isPublicKey(pem: string): boolean {
  try {
    createPublicKey(pem);
    return true;
  } catch {
    return false;
  }
}

/** An OAuth 2.0 application: its redirect URIs are absolute and have no fragment (RFC 6749 §3.1.2). */
export function checkOauth2Credential(draft: Draft, findings: Findings): void {
  for (const [index, uri] of textsOf(draft.fields.redirect_uris)) {
    const path = [...draft.path, 'redirect_uris', index];
    const problem = isKnownLater(draft, ['redirect_uris', index], uri) ? null : whyNotRedirectUri(uri);
    if (problem === null) continue;
    findings.add('credential/redirect-uri', draft.document, path, `redirect URI "${uri}" ${problem}`);
  }
}

function whyNotRedirectUri(uri: string): string | null {
  if (uri.includes('#')) return 'must have no fragment ("#…")';
  return /^[A-Za-z][A-Za-z0-9+.-]*:\/\/[^/?#]+/.test(uri) ? null : 'must be absolute, with a scheme and a host';
}
