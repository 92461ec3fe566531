import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import t from 'tap';
import { answerRecord } from '../../../src/cli/routing/answer-record.ts';
import { readQuestion } from '../../../src/cli/routing/read-question.ts';
import { RoutingModel } from '../../../src/cli/routing/routing-model.ts';
import { noConditions } from '../../../src/entities/defaults.ts';
import type { EntitySet } from '../../../src/entities/entity-set.ts';
import type { Route } from '../../../src/entities/route.ts';
import type { Service } from '../../../src/entities/service.ts';
import type { JsonObject } from '../../../src/lib/json.ts';
import type { PluginDefinition } from '../../../src/pdk/plugin.ts';
import type { RouterFlavor } from '../../../src/router/router.ts';
import { entities, plugin, route as fallback, service } from '../../support/entities.ts';
import { startGateway } from '../../support/gateway.ts';
import { SeededRandom } from '../../support/random.ts';
import { randomRequest, randomRoutes } from '../../support/random-routing.ts';
import { exchangeRaw } from '../../support/raw-client.ts';

/** Says in a header of every answer which route was chosen. */
const tellRoute: PluginDefinition = {
  name: 'tell-route',
  version: '1.0.0',
  priority: 1,
  protocols: ['http', 'https'],
  schema: { type: 'object' },
  create: () => ({
    headerFilter: (exchange) => exchange.response.setHeader('x-route', exchange.route?.id ?? 'none'),
  }),
};

/** Tells in headers what it was asked for. */
const upstream = createServer((request, response) => {
  const { host = '', 'x-forwarded-prefix': prefix } = request.headers;
  response
    .writeHead(200, {
      'x-seen-url': request.url,
      'x-seen-host': host,
      ...(prefix === undefined ? {} : { 'x-seen-prefix': prefix }),
    })
    .end();
});
upstream.listen(0, '127.0.0.1');
await once(upstream, 'listening');
t.teardown(() => void upstream.close());
const { port: upstreamPort } = upstream.address() as AddressInfo;

const expressions = [
  'http.path ^= "/a" && net.dst.ip == 127.0.0.1',
  'http.path ~ r#"^/(?<x>a|b)/(.*)$"#',
  'http.headers.x_a == "1" || lower(http.host) == "a.x.org"',
  'http.queries.q == "1"',
  'net.src.ip in 127.0.0.0/8 && http.method == "POST"',
];

const protocols = [
  ['http', 'https'],
  ['http', 'https'],
  ['http', 'https'],
  ['https'],
  ['http'],
  ['grpc'],
  ['ws'],
] as const;

function randomConfig(random: SeededRandom, flavor: RouterFlavor): EntitySet {
  const services = ['/', '/svc', '/svc/'].map((path) => service(`http://127.0.0.1:${upstreamPort}${path}`));
  // Half of the sets have a route for what no other takes: most requests would be lost otherwise.
  const others = random.below(2) === 0 ? [] : [fallback(null, { paths: ['/'] })];
  const routes = [...randomRoutes(random), ...others].map((route): Route => {
    const owner = random.below(8) === 0 ? null : random.pick<Service>(services);
    const spoken = random.pick(protocols);
    const common: Partial<Route> = {
      service: owner === null ? null : { id: owner.id },
      protocols: spoken,
      https_redirect_status_code: random.pick([426, 301, 308]),
      preserve_host: random.below(3) === 0,
      path_handling: random.pick(['v0', 'v1']),
      ...(spoken[0] === 'grpc' ? { strip_path: false } : {}),
    };
    if (flavor !== 'expressions' || random.below(3) > 0) return { ...route, ...common };
    return { ...route, ...common, ...noConditions, expression: random.pick(expressions), priority: random.below(3) };
  });
  return entities({ services, routes, plugins: [plugin('tell-route')] });
}

/** A request, as a line of `gw explain --requests` has it. */
function randomLine(random: SeededRandom): JsonObject {
  const { method, host, path, rawHeaders } = randomRequest(random);
  const headers: Record<string, string[]> = {};
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? '';
    headers[name] = [...(headers[name] ?? []), rawHeaders[at + 1] ?? ''];
  }
  if (random.below(6) === 0) headers['content-type'] = ['application/grpc'];
  const odd = random.pick(['', '', '', '', '/../a', '//', '/./', '%2e', '%2Fb', '%zz', '%ff', '%00', '/é']);
  return {
    method: method.toUpperCase(),
    host: /^[a-z][\w.]*\w(?::\d+)?$/i.test(host) ? host : 'x.org',
    path: `${random.below(5) === 0 ? path.replace('a', '%61') : path}${odd}${random.pick(['', '', '?', '?q=1', '?q=%zz&r'])}`,
    headers,
  };
}

interface Seen {
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
}

async function sendLine(
  port: number,
  question: { method: string; target: string; rawHeaders: readonly string[] },
): Promise<Seen> {
  const { method, target, rawHeaders } = question;
  const lines = [`${method} ${target} HTTP/1.1`];
  for (let at = 0; at < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at] ?? ''}: ${rawHeaders[at + 1] ?? ''}`);
  const { text } = await exchangeRaw(port, [`${lines.join('\r\n')}\r\nconnection: close\r\n\r\n`]);
  const [head = ''] = text.split('\r\n\r\n');
  const [first = '', ...fields] = head.split('\r\n');
  const pairs = fields.map(
    (field) => [field.slice(0, field.indexOf(':')).toLowerCase(), field.slice(field.indexOf(':') + 2)] as const,
  );
  return { status: Number(first.split(' ')[1]), headers: new Map(pairs) };
}

for (const flavor of ['traditional_compatible', 'traditional', 'expressions'] as const) {
  t.test(`what is explained is what a gateway does, in ${flavor}`, async (t) => {
    const random = new SeededRandom(flavor.length);
    const settings = { routerFlavor: flavor };
    const gateway = await startGateway(entities({}), { plugins: [tellRoute], settings });
    t.teardown(() => gateway.close());
    const counts = { proxied: 0, answered: 0, unmatched: 0 };
    for (let set = 0; set < 25; set++) {
      const config = randomConfig(random, flavor);
      gateway.apply(config);
      const model = new RoutingModel(config, flavor);
      for (let turn = 0; turn < 12; turn++) {
        const line = randomLine(random);
        const place = { src_ip: '127.0.0.1', dst_ip: '127.0.0.1', dst_port: gateway.port, http_version: 1.1 };
        const read = readQuestion({ ...line, ...place });
        if ('problem' in read || read.question.kind !== 'http') throw new Error(JSON.stringify([line, read]));
        const told = answerRecord(model.answer(read.question));
        const seen = await sendLine(gateway.port, read.question);
        const expected = {
          route: told.route?.id ?? 'none',
          status: told.status ?? 200,
          redirect: told.redirect,
          url: told.status === null ? told.upstream_url : null,
          host: told.status === null ? told.upstream_host : null,
          prefix: told.status === null && told.prefix !== '/' ? told.prefix : null,
        };
        const url = seen.headers.get('x-seen-url');
        const actual = {
          route: seen.headers.get('x-route') ?? 'none',
          status: seen.status,
          redirect: seen.headers.get('location') ?? null,
          url: url === undefined ? null : `http://127.0.0.1:${upstreamPort}${url}`,
          host: seen.headers.get('x-seen-host') ?? null,
          prefix: seen.headers.get('x-seen-prefix') ?? null,
        };
        if (told.status === null) counts.proxied++;
        else if (told.route === null) counts.unmatched++;
        else counts.answered++;
        t.strictSame(actual, expected, JSON.stringify(line));
        if (!t.passing()) {
          t.comment(
            JSON.stringify({
              line,
              told,
              routes: config.routes.filter(({ id }) => [expected.route, actual.route].includes(id)),
            }),
          );
          return;
        }
      }
    }
    t.comment(JSON.stringify(counts));
    t.ok(Math.min(counts.proxied, counts.answered, counts.unmatched) > 20, 'all kinds of answers came up');
  });
}
