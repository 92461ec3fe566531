import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { RawConnection } from '../support/raw-connection.ts';
import { startCli } from '../support/run-cli.ts';
import { tcpUpstream } from '../support/stream-gateway.ts';

/** A config with one route for connections of a protocol. */
function fileWith(protocol: string, port: number): string {
  const path = join(mkdtempSync(join(tmpdir(), 'gw-streams-')), 'kong.yml');
  const matcher = protocol === 'tcp' ? 'sources: [{ip: 127.0.0.1}]' : 'snis: [db.example]';
  writeFileSync(
    path,
    `_format_version: "3.0"
services:
- name: db
  url: tcp://127.0.0.1:${port}
  routes:
  - name: to-db
    protocols: [${protocol}]
    ${matcher}
`,
  );
  return path;
}

void t.test('stream_listen takes connections, and the ready message tells where', async (t) => {
  const server = await tcpUpstream(t, (socket) => socket.end('from the database'));
  const listen = '127.0.0.1:0, 127.0.0.1:0 ssl, 127.0.0.1:9 udp';
  const gateway = await startCli(['-c', fileWith('tcp', server.port), '--stream-listen', listen]);
  t.teardown(() => gateway.stop('SIGKILL'));
  t.match(gateway.stream, [{ url: /^tcp:\/\/127\.0\.0\.1:\d+$/ }, { url: /^tls:\/\/127\.0\.0\.1:\d+$/ }]);
  t.match(gateway.stderr(), 'gw: warning: stream_listen: UDP is not run yet; not listening on 127.0.0.1:9');
  const caller = await RawConnection.open(gateway.stream[0]?.port ?? 0);
  t.equal(await caller.rest(), 'from the database');
  caller.close();
  const { code } = await gateway.stop();
  t.equal(code, 0);
});

void t.test('routes that no address takes connections for are named at start', async (t) => {
  const cases = [
    { protocol: 'tcp', env: {}, note: 'no connection can reach route "to-db": give stream_listen an address\n' },
    {
      protocol: 'tls_passthrough',
      env: { KONG_STREAM_LISTEN: '127.0.0.1:0' },
      note: 'no connection can reach route "to-db": give stream_listen an address with "ssl"\n',
    },
    {
      protocol: 'tcp',
      env: { GW_STREAM_LISTEN: '127.0.0.1:0 ssl' },
      note: 'no connection can reach route "to-db": give stream_listen an address without "ssl"\n',
    },
  ];
  for (const { protocol, env, note } of cases) {
    const gateway = await startCli(['-c', fileWith(protocol, 9)], { env });
    t.teardown(() => gateway.stop('SIGKILL'));
    t.match(gateway.stderr(), `gw: warning: ${note}`);
    await gateway.stop();
  }
});
