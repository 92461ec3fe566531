import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import t from 'tap';
import type { Route, RouteEndpoint } from '../../src/entities/route.ts';
import { parseAddress, parseAddressRange, sameAddress } from '../../src/lib/address-range.ts';
import type { RouterFlavor } from '../../src/router/router.ts';
import { createStreamRouter } from '../../src/router/stream-router.ts';
import type { StreamRequest } from '../../src/router/stream-request.ts';
import { streamRequest, streamRoute } from '../support/stream-request.ts';

void t.test('a server name matches exactly, by suffix or by prefix, and a final dot does not count', async (t) => {
  const routes = { exact: { snis: ['a.example.'] }, suffix: { snis: ['*.b.example'] }, prefix: { snis: ['c.*'] } };
  t.equal(choose(routes, tls('a.example')), 'exact');
  t.equal(choose(routes, tls('x.y.b.example')), 'suffix');
  t.equal(choose(routes, tls('b.example')), null, 'the suffix demands a label');
  t.equal(choose(routes, tls('c.org')), 'prefix');
  t.equal(choose(routes, tls('cc.org')), null);
  t.equal(choose(routes, tls('A.EXAMPLE')), null, 'as sent, like Kong');
  t.equal(choose(routes, { protocol: 'tls' }), null, 'a TLS caller without a name');
});

void t.test('the flavour traditional knows no wildcards in server names', async (t) => {
  const routes = { exact: { snis: ['a.example.'] }, suffix: { snis: ['*.b.example'] } };
  t.equal(choose(routes, tls('a.example'), 'traditional'), 'exact');
  t.equal(choose(routes, tls('x.b.example'), 'traditional'), null);
});

void t.test('server names take no part when the caller speaks no TLS, as in Kong', async (t) => {
  const routes = { named: { protocols: ['tls' as const], snis: ['a.example'] } };
  t.equal(choose(routes, { protocol: 'tcp' }), 'named');
  t.equal(choose(routes, { protocol: 'tcp' }, 'traditional'), null, 'but they do in the flavour traditional');
});

void t.test('addresses match however they are written, and ranges whatever their host bits are', async (t) => {
  const routes = {
    six: { sources: [{ ip: '2001:db8:0:0::1', port: null }] },
    range: { sources: [{ ip: '10.9.9.9/8', port: null }] },
    six_range: { sources: [{ ip: 'fd00::/9', port: null }] },
  };
  t.equal(choose(routes, { sourceIp: '2001:db8::1' }), 'six');
  t.equal(choose(routes, { sourceIp: '10.1.2.3' }), 'range');
  t.equal(choose(routes, { sourceIp: '::ffff:10.1.2.3' }), 'range', 'IPv4 as a socket of IPv6 shows it');
  t.equal(choose(routes, { sourceIp: 'fd7f::1' }), 'six_range');
  t.equal(choose(routes, { sourceIp: 'fd80::1' }), null);
  t.equal(choose(routes, { sourceIp: '11.1.2.3' }), null);
});

void t.test('an address and a port of one entry must both match; entries are alternatives', async (t) => {
  const routes = {
    one: {
      destinations: [
        { ip: '10.0.0.1', port: 1 },
        { ip: null, port: 2 },
      ],
    },
  };
  t.equal(choose(routes, { destinationIp: '10.0.0.1', destinationPort: 1 }), 'one');
  t.equal(choose(routes, { destinationIp: '10.0.0.9', destinationPort: 2 }), 'one');
  t.equal(choose(routes, { destinationIp: '10.0.0.9', destinationPort: 1 }), null);
});

void t.test('a server name, or both ends, go before one end; sources before destinations', async (t) => {
  const all = {
    both: {
      protocols: ['tls' as const],
      sources: [{ ip: '10.0.0.1', port: null }],
      destinations: [{ ip: null, port: 9 }],
    },
    name: { protocols: ['tls' as const], snis: ['a.example'] },
    source: { sources: [{ ip: '10.0.0.1', port: null }] },
    destination: { destinations: [{ ip: '10.0.0.2', port: 9 }] },
  };
  const caller = { ...tls('a.example'), sourceIp: '10.0.0.1', destinationIp: '10.0.0.2', destinationPort: 9 };
  for (const flavor of ['traditional_compatible', 'traditional', 'expressions'] as const) {
    // With `expressions` the routes for tcp are for plain connections only.
    const order = flavor === 'expressions' ? ['both', 'name'] : ['both', 'name', 'source', 'destination'];
    for (const [taken, name] of order.entries()) {
      const left = Object.entries(all).filter(([route]) => !order.slice(0, taken).includes(route));
      t.equal(choose(Object.fromEntries(left), caller, flavor), name, `${flavor}: ${name}`);
    }
    const left = Object.entries(all).filter(([route]) => !order.includes(route));
    t.equal(choose(Object.fromEntries(left), caller, flavor), null, `${flavor}: nothing else`);
  }
});

void t.test('of two routes of the same rank the greater id wins; in traditional the older one', async (t) => {
  const [low, high] = ['1', 'f'].map((digit) => `${digit}0000000-0000-4000-8000-000000000000`);
  const fields = { destinations: [{ ip: null, port: 9 }] };
  const routes = {
    low: { ...fields, id: low ?? '', created_at: 2 },
    high: { ...fields, id: high ?? '', created_at: 5 },
  };
  t.equal(choose(routes, { destinationPort: 9 }), 'high');
  t.equal(choose(routes, { destinationPort: 9 }, 'traditional'), 'low');
});

void t.test(
  'in traditional an entry that names address and port goes before one that names less, whatever their age',
  async (t) => {
    const routes = {
      address: { sources: [{ ip: '10.0.0.1', port: null }], created_at: 1 },
      both: { sources: [{ ip: '10.0.0.1', port: 9 }], created_at: 3 },
      range: { sources: [{ ip: '10.0.0.0/8', port: null }], created_at: 0 },
    };
    const from = (sourceIp: string, sourcePort: number): Partial<StreamRequest> => ({ sourceIp, sourcePort });
    t.equal(choose(routes, from('10.0.0.1', 9), 'traditional'), 'both');
    t.equal(choose(routes, from('10.0.0.1', 8), 'traditional'), 'address');
    t.equal(choose(routes, from('10.0.0.2', 9), 'traditional'), 'range');
  },
);

void t.test('expressions go before attributes, by their priority, and are for their protocols', async (t) => {
  const routes = {
    attributes: { protocols: ['tls' as const], snis: ['a.example'] },
    low: { protocols: ['tls' as const], expression: 'tls.sni =^ "example"', priority: 1 },
    high: { protocols: ['tls' as const], expression: 'net.src.ip in 10.0.0.0/8 && net.dst.port > 100', priority: 2 },
    plain: { protocols: ['tcp' as const], expression: 'net.dst.port == 9 || net.dst.port == 10', priority: 3 },
  };
  const ends = { sourceIp: '10.1.1.1', destinationPort: 9 };
  t.equal(choose(routes, tls('a.example'), 'expressions'), 'low');
  t.equal(choose(routes, { ...tls('a.example'), ...ends, destinationPort: 101 }, 'expressions'), 'high');
  t.equal(choose(routes, { ...tls('a.example'), ...ends }, 'expressions'), 'low', 'plain is not for TLS');
  t.equal(choose(routes, ends, 'expressions'), 'plain');
  t.equal(choose(routes, tls('a.example'), 'traditional_compatible'), 'attributes', 'other flavours do not run them');
});

void t.test('the index chooses as a plain walk through all routes does', async () => {
  fc.assert(
    fc.property(fc.array(routes(), { maxLength: 12 }), fc.array(callers(), { minLength: 1 }), (list, requests) => {
      const router = createStreamRouter(
        list.map((route) => ({ route })),
        'traditional_compatible',
      );
      return requests.every((request) => router.match(request)?.target.route === walk(list, request));
    }),
    { numRuns: 3000 },
  );
});

function tls(sni: string): Partial<StreamRequest> {
  return { protocol: 'tls', sni };
}

function choose(
  routes: Readonly<Record<string, Partial<Route>>>,
  request: Partial<StreamRequest>,
  flavor: RouterFlavor = 'traditional_compatible',
): string | null {
  const targets = Object.entries(routes).map(([name, fields]) => ({ route: streamRoute({ name, ...fields }) }));
  return createStreamRouter(targets, flavor).match(streamRequest(request))?.target.route.name ?? null;
}

// Few values, so that routes overlap.
const ips = ['10.0.0.1', '10.0.0.2', 'fd00::1'];
const ranges = ['10.0.0.0/31', '10.0.0.0/8', 'fd00::/8'];
const names = ['a.example', 'b.a.example', 'a.org'];
const patterns = [...names, '*.example', '*.a.example', 'a.*', 'b.a.*'];

function routes(): fc.Arbitrary<Route> {
  const endpoint = fc.record({
    ip: fc.constantFrom(null, ...ips, ...ranges),
    port: fc.constantFrom(null, 1, 2),
  });
  const endpoints = fc.constantFrom(null, []).chain((none) =>
    fc.oneof(
      fc.constant(none),
      fc.array(
        endpoint.filter(({ ip, port }) => ip !== null || port !== null),
        { maxLength: 2 },
      ),
    ),
  );
  const snis = fc.oneof(fc.constant(null), fc.array(fc.constantFrom(...patterns), { maxLength: 2 }));
  return fc
    .record({ snis, sources: endpoints, destinations: endpoints })
    .map((fields) => streamRoute({ ...fields, id: randomUUID() }));
}

function callers(): fc.Arbitrary<StreamRequest> {
  return fc.record({
    protocol: fc.constantFrom('tcp' as const, 'tls' as const),
    sni: fc.constantFrom(null, ...names),
    sourceIp: fc.constantFrom(null, ...ips),
    sourcePort: fc.constantFrom(null, 1, 2),
    destinationIp: fc.constantFrom(null, ...ips),
    destinationPort: fc.constantFrom(null, 1, 2),
  });
}

/** Kong's rules, word by word. */
function walk(list: readonly Route[], request: StreamRequest): Route | undefined {
  return [...list]
    .sort((a, b) => priority(b) - priority(a) || (a.id < b.id ? 1 : -1))
    .find((route) => fits(route, request));
}

function fits({ snis, sources, destinations }: Route, request: StreamRequest): boolean {
  const fitsName = (pattern: string): boolean =>
    request.sni !== null &&
    (pattern.startsWith('*')
      ? request.sni.endsWith(pattern.slice(1))
      : pattern.endsWith('*')
        ? request.sni.startsWith(pattern.slice(0, -1))
        : request.sni === pattern);
  if (isSet(snis) && request.protocol === 'tls' && !snis.some(fitsName)) return false;
  if (isSet(sources) && !sources.some((end) => fitsEnd(end, request.sourceIp, request.sourcePort))) return false;
  return (
    !isSet(destinations) || destinations.some((end) => fitsEnd(end, request.destinationIp, request.destinationPort))
  );
}

function fitsEnd(rule: RouteEndpoint, ip: string | null, port: number | null): boolean {
  if (rule.port !== null && rule.port !== port) return false;
  if (rule.ip === null) return true;
  const address = ip === null ? null : parseAddress(ip);
  if (address === null) return false;
  const wanted = parseAddress(rule.ip);
  return wanted === null ? parseAddressRange(rule.ip)?.contains(address) === true : sameAddress(wanted, address);
}

function priority({ snis, sources, destinations }: Route): number {
  const bits = (ends: readonly RouteEndpoint[] | null): number =>
    (ends ?? []).reduce(
      (sum, { ip, port }) => sum | (ip === null ? 0 : ip.includes('/') ? 1 : 8) | (port === null ? 0 : 4),
      0,
    );
  const isHigh = isSet(snis) || (isSet(sources) && isSet(destinations));
  return (isHigh ? 1000 : 0) + 16 * bits(sources) + bits(destinations);
}

function isSet<Item>(list: readonly Item[] | null): list is readonly Item[] {
  return list !== null && list.length > 0;
}
