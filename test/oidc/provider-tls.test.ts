import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { Secret } from '../../src/lib/secret.ts';
import { ClientTls } from '../../src/oidc/client-tls.ts';
import { ProviderHttp } from '../../src/oidc/provider-http.ts';
import { selfSignedPair } from '../support/certificates.ts';

const options = { headers: [], timeoutMs: 5000 };

const certificate = selfSigned(t.testdir());
const skip = certificate === null && 'SKIPPED: openssl is not installed';

void t.test('a certificate nobody vouches for is a TLS failure unless ssl_verify is off', { skip }, async (t) => {
  const server = createServer(certificate ?? {}, (_request, response) => response.end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const http = new ProviderHttp();
  t.teardown(async () => {
    await http.close();
    server.close();
  });
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const verified = http.getDocument(url, { ...options, sslVerify: true });
  await t.rejects(verified, { code: 'ERR_IDP_UNAVAILABLE', reason: 'TLS failure' });
  t.match(await http.getDocument(url, { ...options, sslVerify: false }), { status: 200, text: '{}' });
});

void t.test('authorities that are trusted vouch for providers, with and without a client certificate', async (t) => {
  const { cert, key } = selfSignedPair('127.0.0.1');
  const asking = { cert, key, requestCert: true, rejectUnauthorized: false };
  const server = createServer(asking, (_request, response) => response.end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  for (const isTrusted of [true, false]) {
    const trustedCertificates = [isTrusted ? cert : selfSignedPair('other').cert];
    const http = new ProviderHttp({ trustedCertificates });
    for (const tls of [null, new ClientTls(cert, new Secret(key), true, http.trustedCertificates)]) {
      const answer = http.getDocument(url, { ...options, sslVerify: true, tls });
      if (isTrusted) t.match(await answer, { status: 200 });
      else await t.rejects(answer, { code: 'ERR_IDP_UNAVAILABLE', reason: 'TLS failure' });
    }
    await http.close();
  }
  server.close();
});

function selfSigned(folder: string): { key: Buffer; cert: Buffer } | null {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '1', '-subj', '/CN=127.0.0.1'];
  const made = spawnSync('openssl', [...request, '-keyout', key, '-out', cert], { stdio: 'ignore' });
  return made.status === 0 ? { key: readFileSync(key), cert: readFileSync(cert) } : null;
}
