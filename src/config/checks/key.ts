import { createPrivateKey, createPublicKey } from 'node:crypto';
import { isJsonObject } from '../../lib/json.ts';
import { type Draft, textOf } from '../draft.ts';
import type { Findings } from '../findings.ts';
import { isKnownLater } from './known-later.ts';

/** What the schema cannot say about a key: that there is one, that it can be read, and that its `kid` agrees. */
export function checkKey(draft: Draft, findings: Findings): void {
  const jwk = textOf(draft.fields.jwk);
  const pem = isJsonObject(draft.fields.pem) ? draft.fields.pem : null;
  if (jwk === null && pem === null) {
    // Another type of value has a finding of its own.
    if ((draft.fields.jwk ?? draft.fields.pem ?? null) !== null) return;
    const message = 'a key needs a "jwk" or a "pem"';
    findings.add('key/material', draft.document, draft.path, message);
    return;
  }
  if (jwk !== null && !isKnownLater(draft, ['jwk'], jwk)) checkJwk(draft, jwk, findings);
  for (const field of ['public_key', 'private_key']) {
    const text = textOf(pem?.[field]);
    if (text === null || isKnownLater(draft, ['pem', field], text) || isPem(field, text)) continue;
    const message = `"${field}" is not a ${field.replace('_', ' ')} in PEM form`;
    findings.add('key/material', draft.document, [...draft.path, 'pem', field], message, { at: 'key' });
  }
}

function checkJwk(draft: Draft, text: string, findings: Findings): void {
  const jwk = parse(text);
  const path = [...draft.path, 'jwk'];
  if (!isJsonObject(jwk) || typeof jwk.kty !== 'string') {
    findings.add('key/material', draft.document, path, '"jwk" is not a JSON Web Key written as JSON', { at: 'key' });
    return;
  }
  const kid = textOf(draft.fields.kid);
  if (kid === null || jwk.kid === kid) return;
  const message = `"kid" must be the "kid" inside "jwk"${typeof jwk.kid === 'string' ? `, "${jwk.kid}"` : ', which has none'}`;
  findings.add('key/kid', draft.document, [...draft.path, 'kid'], message);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isPem(field: string, text: string): boolean {
  try {
    if (field === 'public_key') createPublicKey(text);
    else createPrivateKey(text);
    return true;
  } catch {
    return false;
  }
}
