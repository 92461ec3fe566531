import { execFile, execFileSync } from 'node:child_process';
import t from 'tap';
import { selfSignedPair } from '../../support/certificates.ts';
import { startStreams, streamsTo, tlsUpstream } from '../../support/stream-gateway.ts';

const skip = !hasOpenssl() && 'SKIPPED: openssl is not installed';

void t.test('OpenSSL is passed through to the upstream it names, in TLS 1.2 and 1.3', { skip }, async (t) => {
  const server = await tlsUpstream(t, selfSignedPair('shop.example'), (socket) => void socket.end('hello'));
  const route = { protocols: ['tls_passthrough' as const], sources: null, snis: ['shop.example'] };
  const { port } = await startStreams(t, streamsTo(server.port, { route }), { isTls: true });
  for (const version of ['-tls1_2', '-tls1_3']) {
    const output = await openssl(['s_client', version, '-connect', `127.0.0.1:${port}`, '-servername', 'shop.example']);
    t.match(output, /subject=.*shop\.example/, `${version}: the certificate is the upstream's`);
    t.match(output, /hello/);
    const refused = await openssl([
      's_client',
      version,
      '-connect',
      `127.0.0.1:${port}`,
      '-servername',
      'else.example',
    ]);
    t.match(refused, /no peer certificate available/, `${version}: a name without a route is closed`);
  }
});

function hasOpenssl(): boolean {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Everything it prints; it ends when the other side does. */
function openssl(args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile('openssl', args, { timeout: 10_000 }, (_error, stdout, stderr) => resolve(stdout + stderr));
  });
}
