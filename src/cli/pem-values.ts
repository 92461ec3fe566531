import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Secret } from '../lib/secret.ts';
import { parseList } from './setting-parsers.ts';
import { fileProblem } from '../lib/file-problem.ts';
import { UsageError } from './usage-error.ts';

/** Where distributions keep the authorities they trust, in the order Kong looks. */
const systemBundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/pki/tls/cacert.pem',
  '/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/** A comma list of certificates, each a path, PEM, or base64 of PEM. @throws {UsageError} */
export function parseCertificates(text: string): readonly string[] {
  return parseList(text).map((item) => {
    const pem = readPem(item, 'certificate');
    if (!isCertificate(pem)) throw new UsageError(`${nameOf(item)} holds no certificate in PEM form`);
    return pem;
  });
}

/** A comma list of private keys, each a path, PEM, or base64 of PEM. @throws {UsageError} never with a key in it */
export function parsePrivateKeys(text: string): readonly Secret[] {
  return parseList(text).map((item) => {
    const pem = readPem(item, 'private key');
    if (!isPrivateKey(pem)) {
      throw new UsageError(`${nameOf(item)} holds no private key in PEM form without a passphrase`);
    }
    return new Secret(pem);
  });
}

/**
 * A comma list of authorities, each a path, PEM, base64 of PEM, or `system` for what the machine trusts. `null` when
 * that is asked for and the machine has no such file. @throws {UsageError}
 */
export function parseTrusted(text: string): readonly string[] | null {
  const items = parseList(text);
  const bundles: string[] = [];
  for (const item of items) {
    if (item !== 'system') bundles.push(...parseCertificates(item));
    else {
      const bundle = systemBundles.map(readIfThere).find((content) => content !== null);
      if (bundle !== undefined) bundles.push(bundle);
    }
  }
  return bundles.length === 0 ? null : bundles;
}

function isCertificate(pem: string): boolean {
  try {
    return new X509Certificate(pem).serialNumber !== '';
  } catch {
    return false;
  }
}

function isPrivateKey(pem: string): boolean {
  try {
    return createPrivateKey(pem).type === 'private';
  } catch {
    return false;
  }
}

function readPem(item: string, what: string): string {
  if (item.includes('-----BEGIN ')) return item;
  if (/^[A-Za-z0-9+/=\s]{64,}$/.test(item)) {
    const decoded = Buffer.from(item, 'base64').toString('latin1');
    if (decoded.includes('-----BEGIN ')) return decoded;
  }
  try {
    return readFileSync(item, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read the ${what} ${nameOf(item)}: ${fileProblem(error)}`);
  }
}

/** A path in quotes; never the content, which may be a key: base64 has no dot and begins with no slash. */
function nameOf(item: string): string {
  return /^[\w./ -]{1,200}$/.test(item) && (item.startsWith('/') || item.includes('.')) ? `"${item}"` : 'given as text';
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
