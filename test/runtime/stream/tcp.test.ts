import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import t from 'tap';
import { entities, target, upstream } from '../../support/entities.ts';
import type { CapturedLog } from '../../support/gateway.ts';
import { RawConnection } from '../../support/raw-connection.ts';
import { socketUpstream } from '../../support/small-upstreams.ts';
import {
  anyConnection,
  echo,
  startStreams,
  streamService,
  streamsTo,
  tcpUpstream,
} from '../../support/stream-gateway.ts';

void t.test('bytes go both ways, and the access log tells of them', async (t) => {
  const server = await tcpUpstream(t, echo);
  const { port, gateway, log } = await startStreams(t, streamsTo(server.port), {}, { accessLog: true });
  const caller = await RawConnection.open(port);
  await caller.send('hello').until(/hello/);
  t.match(gateway.counters(), { connectionsActive: 1, connectionsAccepted: 1 });
  caller.socket.end(' and bye');
  t.equal(await caller.rest(), 'hello and bye');
  await once(caller.socket, 'close');
  const line = await logged(log, 'connection');
  t.match(line, {
    route: 'any',
    service: 'backend',
    upstream: `tcp://127.0.0.1:${server.port}`,
    bytes_received: 13,
    bytes_sent: 13,
    end: 'complete',
  });
  t.match(gateway.counters(), { connectionsActive: 0, connectionsAccepted: 1 });
});

void t.test('a caller that has ended its sending still gets the answer', async (t) => {
  const server = await tcpUpstream(t, (socket) => {
    const chunks: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    socket.on('end', () => socket.end(`got ${Buffer.concat(chunks).toString()}`));
  });
  const { port } = await startStreams(t, streamsTo(server.port));
  const caller = await RawConnection.open(port);
  caller.socket.end('question');
  t.equal(await caller.rest(), 'got question');
});

void t.test('an upstream that has ended its sending still gets what the caller sends', async (t) => {
  let received = '';
  const ended = new Promise<void>((resolve) => {
    void tcpUpstream(t, (socket) => {
      socket.end('that is all from me');
      socket.on('data', (chunk: Buffer) => (received += chunk.toString()));
      socket.on('end', resolve);
    }).then((server) => start(server.port));
  });
  const start = async (upstreamPort: number): Promise<void> => {
    const { port } = await startStreams(t, streamsTo(upstreamPort));
    const caller = await RawConnection.open(port);
    t.equal(await caller.rest(), 'that is all from me');
    caller.socket.end('but not from me');
  };
  await ended;
  t.equal(received, 'but not from me');
});

void t.test('what the caller says before there is an upstream reaches it whole', async (t) => {
  const bytes = randomBytes(3_000_000);
  const server = await tcpUpstream(t, (socket) => void digest(socket).then((text) => socket.end(text)));
  const { port } = await startStreams(t, streamsTo(server.port));
  const caller = await RawConnection.open(port);
  caller.socket.end(bytes);
  t.equal(await caller.rest(), createHash('sha256').update(bytes).digest('hex'));
});

void t.test('a hundred connections at once, over a reload, each get back exactly what they sent', async (t) => {
  const server = await tcpUpstream(t, echo);
  const { port, apply, gateway } = await startStreams(t, streamsTo(server.port));
  const first = gateway.snapshot;
  const exchange = async (seed: number): Promise<boolean> => {
    const bytes = randomBytes(1 + ((seed * 7919) % 300_000));
    const caller = await RawConnection.open(port);
    const back = digest(caller.socket);
    for (let at = 0; at < bytes.length; at += 10_007) caller.socket.write(bytes.subarray(at, at + 10_007));
    caller.socket.end();
    if (seed === 50) apply(streamsTo(server.port, { route: { name: 'again' } }));
    return (await back) === createHash('sha256').update(bytes).digest('hex');
  };
  const outcomes = await Promise.all(Array.from({ length: 100 }, (_, seed) => exchange(seed)));
  t.ok(outcomes.every(Boolean));
  while (gateway.counters().connectionsActive > 0) await wait(5);
  t.equal(first.inFlight, 0, 'the old config is let go');
  t.equal(gateway.snapshot.inFlight, 0);
  t.not(gateway.snapshot, first);
});

void t.test('a caller that does not read holds the upstream back, and gets everything in the end', async (t) => {
  const total = 64 * 1024 * 1024;
  let written = 0;
  const server = await tcpUpstream(t, (socket) => {
    const chunk = Buffer.alloc(65_536, 7);
    const send = (): void => {
      while (written < total) {
        written += chunk.length;
        if (!socket.write(chunk)) return void socket.once('drain', send);
      }
      socket.end();
    };
    send();
  });
  const { port } = await startStreams(t, streamsTo(server.port));
  const caller = await RawConnection.open(port);
  caller.socket.removeAllListeners('data').pause();
  const held = await settled(() => written);
  t.ok(held < total / 2, `${held} of ${total} bytes were taken from the upstream`);
  let received = 0;
  caller.socket.on('data', (chunk: Buffer) => (received += chunk.length)).resume();
  await once(caller.socket, 'end');
  t.equal(received, total);
});

void t.test('an upstream that breaks off breaks the caller: half an answer does not look whole', async (t) => {
  const server = await tcpUpstream(t, (socket) => {
    socket.write('half an ans');
    socket.on('data', () => socket.resetAndDestroy());
  });
  const { port, log } = await startStreams(t, streamsTo(server.port), {}, { accessLog: true });
  const caller = await RawConnection.open(port);
  await caller.until(/half an ans/);
  caller.send('go on');
  const [error] = (await Promise.race([once(caller.socket, 'error'), once(caller.socket, 'end')])) as [Error?];
  t.match(error, { code: 'ECONNRESET' });
  t.match(await logged(log, 'connection'), { end: 'broken', broken_by: 'upstream' });
});

void t.test('a caller that breaks off breaks the upstream', async (t) => {
  let broken: Promise<unknown> = Promise.resolve();
  const server = await tcpUpstream(t, (socket) => {
    broken = Promise.race([once(socket, 'error'), once(socket, 'end')]).then(([error]) => error as unknown);
    socket.write('hello');
  });
  const { port } = await startStreams(t, streamsTo(server.port));
  const caller = await RawConnection.open(port);
  await caller.until(/hello/);
  caller.socket.resetAndDestroy();
  t.match(await broken, { code: 'ECONNRESET' });
});

void t.test('a connection that is silent for the longer of the two timeouts is closed', async (t) => {
  const server = await tcpUpstream(t, echo);
  const config = streamsTo(server.port, { service: { read_timeout: 50, write_timeout: 150 } });
  const { port, log } = await startStreams(t, config, {}, { accessLog: true });
  const caller = await RawConnection.open(port);
  const openedAt = performance.now();
  await caller.send('a').until(/a/);
  await caller.rest();
  t.ok(performance.now() - openedAt >= 140);
  t.match(await logged(log, 'connection'), { end: 'idle' });
});

void t.test('a target that refuses is passed over for one that does not', async (t) => {
  const gone = await refusingPort();
  const alive = await tcpUpstream(t, echo);
  const pool = upstream('pool');
  const owner = streamService(1, { host: 'pool' });
  const config = entities({
    services: [owner],
    routes: [anyConnection(owner)],
    upstreams: [pool],
    targets: [gone, alive.port].map((port) => target(pool, `127.0.0.1:${port}`)),
  });
  const { port } = await startStreams(t, config);
  for (let round = 0; round < 6; round++) {
    const caller = await RawConnection.open(port);
    await caller.send(`round ${round}`).until(new RegExp(`round ${round}`));
    caller.close();
  }
});

void t.test('when no target takes it a connection is closed at once, with the reason in the log', async (t) => {
  const gone = await refusingPort();
  const { port, log } = await startStreams(t, streamsTo(gone, { service: { retries: 1 } }));
  t.equal(await (await RawConnection.open(port)).rest(), '');
  const line = await logged(log, 'connection closed: no upstream took the connection');
  t.match(line, { level: 40, service: 'backend', err: { code: 'ECONNREFUSED' } });
});

void t.test(
  'an upstream that accepts and then says nothing to a handshake is given up after connect_timeout',
  async (t) => {
    const mute = await tcpUpstream(t, (socket) => socket.resume());
    const config = streamsTo(mute.port, { service: { protocol: 'tls', connect_timeout: 100, retries: 0 } });
    const { port, log } = await startStreams(t, config);
    t.equal(await (await RawConnection.open(port)).rest(), '');
    const line = await logged(log, 'connection closed: no upstream took the connection');
    t.match(line, { err: { message: 'no connection in 100 ms' } });
  },
);

void t.test(
  'connections without a route, without a service, or for TLS only, are closed with the reason in the log',
  async (t) => {
    const server = await tcpUpstream(t, echo);
    const elsewhere = [{ ip: null, port: 1 }];
    const cases = [
      {
        reason: 'no Route found with those values',
        config: streamsTo(server.port, { route: { destinations: elsewhere } }),
      },
      { reason: 'no Service found with those values', config: entities({ routes: [anyConnection(null)] }) },
      {
        reason: 'route "any" takes no connections without TLS',
        config: streamsTo(server.port, { route: { protocols: ['tls_passthrough'], snis: ['a.example'] } }),
      },
    ];
    for (const { reason, config } of cases) {
      const { port, log } = await startStreams(t, config);
      t.equal(await (await RawConnection.open(port)).rest(), '');
      t.match(await logged(log, `connection closed: ${reason}`), { level: 40, client: '127.0.0.1', port });
    }
  },
);

void t.test('routes of disabled services take nothing', async (t) => {
  const server = await tcpUpstream(t, echo);
  const { port } = await startStreams(t, streamsTo(server.port, { service: { enabled: false } }));
  t.equal(await (await RawConnection.open(port)).rest(), '');
});

void t.test('the caller is chosen for by its address and the port it came to', async (t) => {
  const server = await tcpUpstream(t, (socket) => socket.end('by port'));
  const other = await tcpUpstream(t, (socket) => socket.end('by address'));
  const { port, apply } = await startStreams(t, entities({}));
  const [byPort, byAddress] = [streamService(server.port), streamService(other.port)];
  const routes = [
    anyConnection(byPort, { sources: null, destinations: [{ ip: '127.0.0.1', port }] }),
    anyConnection(byAddress, { sources: [{ ip: '127.0.0.0/8', port: null }] }),
  ];
  apply(entities({ services: [byPort, byAddress], routes }));
  t.equal(await (await RawConnection.open(port)).rest(), 'by address', 'sources come first');
  apply(entities({ services: [byPort, byAddress], routes: routes.slice(0, 1) }));
  t.equal(await (await RawConnection.open(port)).rest(), 'by port');
});

void t.test('port_maps decides the port that routes see', async (t) => {
  const server = await tcpUpstream(t, (socket) => socket.end('mapped'));
  const portMaps = new Map<number, number>();
  const config = streamsTo(server.port, { route: { sources: null, destinations: [{ ip: null, port: 443 }] } });
  const { port } = await startStreams(t, config, {}, { portMaps });
  t.equal(await (await RawConnection.open(port)).rest(), '');
  portMaps.set(port, 443);
  t.equal(await (await RawConnection.open(port)).rest(), 'mapped');
});

void t.test('a reload is for new connections; old ones keep their upstream', async (t) => {
  const [before, after] = await Promise.all(
    ['before', 'after'].map((name) => tcpUpstream(t, (socket) => socket.on('data', () => socket.write(name)))),
  );
  const { port, apply, gateway } = await startStreams(t, streamsTo(before?.port ?? 0));
  const old = await RawConnection.open(port);
  await old.send('?').until(/before/);
  apply(streamsTo(after?.port ?? 0));
  await (await RawConnection.open(port)).send('?').until(/after/);
  await old.send('?').until(/beforebefore/);
  await gateway.drain(0);
});

void t.test('draining takes no new connections, lets old ones end, and cuts them at the deadline', async (t) => {
  const server = await tcpUpstream(t, echo);
  const { port, gateway } = await startStreams(t, streamsTo(server.port));
  const ending = await RawConnection.open(port);
  const staying = await RawConnection.open(port);
  await Promise.all([ending.send('a').until(/a/), staying.send('b').until(/b/)]);
  const drained = gateway.drain(300);
  await t.rejects(RawConnection.open(port), { code: 'ECONNREFUSED' });
  ending.socket.end('still here');
  t.equal(await ending.rest(), 'astill here');
  await Promise.all([drained, staying.rest()]);
});

void t.test('a PROXY protocol header says where the caller comes from, if its sender is trusted', async (t) => {
  const server = await tcpUpstream(t, echo);
  const config = streamsTo(server.port, { route: { sources: [{ ip: '192.0.2.7', port: 4711 }] } });
  const settings = { trustedIps: ['127.0.0.1'], realIpHeader: 'proxy_protocol' };
  const header = 'PROXY TCP4 192.0.2.7 198.51.100.1 4711 443\r\n';
  const trusting = await startStreams(t, config, { isProxyProtocol: true }, settings);
  await (await RawConnection.open(trusting.port)).send(`${header}hello`).until(/^hello$/);
  const wary = await startStreams(t, config, { isProxyProtocol: true });
  t.equal(await (await RawConnection.open(wary.port)).send(`${header}hello`).rest(), '');
});

/** The hash of all that a socket receives, once it has ended; the socket stays open. */
async function digest(socket: Socket): Promise<string> {
  const hash = createHash('sha256');
  socket.on('data', (chunk: Buffer) => hash.update(chunk));
  await once(socket, 'end');
  return hash.digest('hex');
}

/** A port that nobody listens on. */
async function refusingPort(): Promise<number> {
  const server = await socketUpstream(echo);
  await server.close();
  return server.port;
}

/** The line of the log with this message, once it is there. */
async function logged(log: CapturedLog, message: string): Promise<Record<string, unknown> | undefined> {
  for (let tries = 0; tries < 200; tries++) {
    const line = log.lines().find(({ msg }) => msg === message);
    if (line !== undefined) return line;
    await wait(5);
  }
  return undefined;
}

/** A number once it stays the same for a while. */
async function settled(read: () => number): Promise<number> {
  let last = -1;
  for (let calm = 0; calm < 15; calm++) {
    if (read() !== last) calm = 0;
    last = read();
    await wait(20);
  }
  return last;
}
