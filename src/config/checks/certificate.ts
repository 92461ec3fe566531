import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { type Draft, textOf } from '../draft.ts';
import type { Findings } from '../findings.ts';
import type { CheckContext } from './check.ts';
import { isKnownLater } from './known-later.ts';

/** Checks a pair of certificate and key, and the second pair if there is one. */
export function checkCertificate(draft: Draft, findings: Findings): void {
  const report = (code: string, field: string, message: string): void =>
    findings.add(code, draft.document, [...draft.path, field], message, { at: 'key' });
  const first = checkPair(draft, 'cert', 'key', report);
  const hasCert = textOf(draft.fields.cert_alt) !== null;
  const hasKey = textOf(draft.fields.key_alt) !== null;
  if (hasCert !== hasKey) {
    const [given, lacking] = hasCert ? ['cert_alt', 'key_alt'] : ['key_alt', 'cert_alt'];
    report('certificate/pair', given, `"${given}" needs "${lacking}"`);
    return;
  }
  const second = hasCert ? checkPair(draft, 'cert_alt', 'key_alt', report) : null;
  const type = first?.publicKey.asymmetricKeyType;
  if (second === null || type !== second.publicKey.asymmetricKeyType) return;
  const message = `"cert_alt" must have another type of key than "cert"; both are ${type ?? 'the same'}`;
  report('certificate/pair', 'cert_alt', message);
}

type Report = (code: string, field: string, message: string) => void;

function checkPair(draft: Draft, certField: string, keyField: string, report: Report): X509Certificate | null {
  const certificate = read(draft, certField, 'a certificate in PEM form', (text) => new X509Certificate(text), report);
  const key = read(draft, keyField, 'a private key in PEM form', createPrivateKey, report);
  if (certificate !== null && key !== null && !certificate.checkPrivateKey(key)) {
    report('certificate/pair', keyField, `"${keyField}" is not the private key of "${certField}"`);
  }
  return certificate;
}

/** `null` when there is nothing to look at yet, or it is wrong, which is reported. */
function read<Parsed extends X509Certificate | KeyObject>(
  draft: Draft,
  field: string,
  what: string,
  parse: (text: string) => Parsed,
  report: Report,
): Parsed | null {
  const text = textOf(draft.fields[field]);
  if (text === null || isKnownLater(draft, [field], text)) return null;
  try {
    return parse(text);
  } catch {
    report('certificate/pem', field, `"${field}" is not ${what}`);
    return null;
  }
}

/** Checks the certificate of an authority: one of them, allowed to sign, not expired. */
export function checkCaCertificate(draft: Draft, findings: Findings, { now }: CheckContext): void {
  const report: Report = (code, field, message) =>
    findings.add(code, draft.document, [...draft.path, field], message, { at: 'key' });
  const text = textOf(draft.fields.cert);
  if (text !== null && text.split('-----BEGIN CERTIFICATE-----').length > 2) {
    report('certificate/pem', 'cert', '"cert" holds several certificates; give each an entry of its own');
    return;
  }
  const certificate = read(draft, 'cert', 'a certificate in PEM form', (pem) => new X509Certificate(pem), report);
  if (certificate === null) return;
  if (!certificate.ca) {
    report('certificate/authority', 'cert', '"cert" is not the certificate of an authority (basic constraint CA)');
  } else if (Date.parse(certificate.validTo) < now) {
    report('certificate/expired', 'cert', `"cert" expired: it was valid until ${certificate.validTo}`);
  }
}
