import { spawnSync } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import t from 'tap';
import { selfSignedPair } from '../../src/lib/self-signed.ts';

const notBeforeMs = Date.UTC(2026, 0, 2, 3, 4, 5);

for (const keyType of ['ec', 'rsa'] as const) {
  t.test(`${keyType}: the certificate is valid for its names and key, and signs itself`, (t) => {
    const pair = selfSignedPair({ names: ['localhost', '127.0.0.1', '*.a.test'], keyType, notBeforeMs, days: 10 });
    const certificate = new X509Certificate(pair.cert);
    t.equal(certificate.checkPrivateKey(createPrivateKey(pair.key)), true);
    t.equal(certificate.verify(certificate.publicKey), true, 'signed by its own key');
    t.equal(certificate.checkHost('localhost'), 'localhost');
    t.equal(certificate.checkHost('b.a.test'), '*.a.test');
    t.equal(certificate.checkHost('b.test'), undefined);
    t.equal(certificate.checkIP('127.0.0.1'), '127.0.0.1');
    t.equal(certificate.ca, false);
    t.equal(Date.parse(certificate.validFrom), notBeforeMs);
    t.equal(Date.parse(certificate.validTo), notBeforeMs + 10 * 86_400_000);
    t.end();
  });
}

t.test('openssl reads every field, and times after 2049', (t) => {
  const { cert } = selfSignedPair({ names: ['localhost'], notBeforeMs, days: 365 * 30 });
  const openssl = spawnSync('openssl', ['x509', '-noout', '-text', '-enddate'], { input: cert, encoding: 'utf8' });
  if (openssl.error !== undefined) {
    t.comment('SKIPPED: openssl is not installed');
    t.end();
    return;
  }
  t.equal(openssl.status, 0, openssl.stderr);
  t.match(openssl.stdout, /Version: 3/);
  t.match(openssl.stdout, /Signature Algorithm: ecdsa-with-SHA256/);
  t.match(openssl.stdout, /Subject: CN\s?= ?localhost/);
  t.match(openssl.stdout, /X509v3 Basic Constraints: critical\s+CA:FALSE/);
  t.match(openssl.stdout, /TLS Web Server Authentication/);
  t.match(openssl.stdout, /DNS:localhost/);
  t.match(openssl.stdout, /notAfter=.* 2055 GMT/);
  t.end();
});
