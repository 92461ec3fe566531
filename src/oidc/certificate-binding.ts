import { createHash } from 'node:crypto';
import { isSameText } from '../lib/same-text.ts';

/** What a token bound to a certificate names it by (RFC 8705 §3.1): SHA-256 of the DER, base64url. */
export function certificateThumbprint(der: Buffer): string {
  return createHash('sha256').update(der).digest('base64url');
}

/** Whether `thumbprint`, the `x5t#S256` of a token, is that of this certificate. */
export function isBoundToCertificate(thumbprint: string, der: Buffer): boolean {
  return isSameText(thumbprint, certificateThumbprint(der));
}
