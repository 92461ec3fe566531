/**
 * What it costs to make a changed config the one in force: `npm run bench:apply`, with `-- --smoke` a quick run that only
 * shows that it works. Fails when a change of a few rows costs more than a tenth of compiling 10,000 routes anew, or when
 * a route that was just added makes look-ups take more than three times as long.
 */
import { pino } from 'pino';
import { hashEntities } from '../src/config/config-hash.ts';
import { noConditions, pluginDefaults, routeDefaults, serviceDefaults } from '../src/entities/defaults.ts';
import { emptyEntitySet, type EntitySet } from '../src/entities/entity-set.ts';
import { derivedId } from '../src/entities/ids.ts';
import type { Plugin } from '../src/entities/plugin.ts';
import type { Route } from '../src/entities/route.ts';
import type { Service } from '../src/entities/service.ts';
import { createCatalog } from '../src/pdk/catalog.ts';
import type { PluginDefinition } from '../src/pdk/plugin.ts';
import type { RouterRequest } from '../src/router/router.ts';
import { Gateway } from '../src/runtime/gateway.ts';

const isSmoke = process.argv.includes('--smoke');
const SIZES = isSmoke ? [100] : [100, 1000, 10_000];
const CHANGES = isSmoke ? 5 : 60;
const LOOKUPS = 4096;
const LOOKUP_ROUNDS = isSmoke ? 2 : 60;
const MAX_SHARE = 0.1;
const MAX_SLOWER = 3;

const stamps = { tags: null, created_at: 0, updated_at: 0 };

const plugin: PluginDefinition = {
  name: 'nothing',
  version: '1.0.0',
  priority: 1,
  protocols: ['http'],
  schema: { type: 'object' },
  looksAt: () => [],
  create: () => ({ access: () => undefined }),
};

function serviceOf(index: number, fields: Partial<Service> = {}): Service {
  return {
    ...serviceDefaults,
    ...stamps,
    id: derivedId('services', `service-${index}`),
    name: `service-${index}`,
    host: `10.0.${index >> 8}.${index & 255}`,
    path: null,
    tls_verify: null,
    tls_verify_depth: null,
    ca_certificates: null,
    client_certificate: null,
    ...fields,
  };
}

function routeOf(index: number, service: Service, fields: Partial<Route> = {}): Route {
  return {
    ...routeDefaults,
    ...noConditions,
    ...stamps,
    id: derivedId('routes', `route-${index}`),
    name: `route-${index}`,
    service: { id: service.id },
    expression: null,
    priority: null,
    paths: [`/service-${index}/v1`],
    ...fields,
  };
}

function pluginOf(index: number, route: Route): Plugin {
  const id = derivedId('plugins', `plugin-${index}`);
  const nobody = { service: null, consumer: null, consumer_group: null };
  return {
    ...pluginDefaults,
    ...stamps,
    ...nobody,
    id,
    name: plugin.name,
    instance_name: null,
    config: {},
    route: { id: route.id },
  };
}

/** Two routes for each service, and a plugin for every tenth route. */
function configOf(size: number): EntitySet {
  const services = Array.from({ length: size / 2 }, (_, index) => serviceOf(index));
  const routes = services.flatMap((service, index) => [routeOf(2 * index, service), routeOf(2 * index + 1, service)]);
  const plugins = routes.filter((_route, index) => index % 10 === 0).map((route, index) => pluginOf(index, route));
  return { ...emptyEntitySet, services, routes, plugins };
}

/** A change, made for the `number`th time. */
type Change = (set: EntitySet, number: number) => EntitySet;

const changes: Readonly<Record<string, Change>> = {
  '1 changed route': (set, number) => ({
    ...set,
    routes: replaced(set.routes, number, { paths: [`/changed-${number}`] }),
  }),
  '10 new routes': (set, number) => {
    const [service = serviceOf(0)] = set.services;
    const added = Array.from({ length: 10 }, (_, index) => routeOf(1_000_000 + 10 * number + index, service));
    return { ...set, routes: [...set.routes, ...added] };
  },
  '1 changed service': (set, number) => ({ ...set, services: replaced(set.services, number, { retries: number }) }),
  '1 new plugin': (set, number) => {
    const route = set.routes[(10 * number + 1) % set.routes.length] ?? routeOf(0, serviceOf(0));
    return { ...set, plugins: [...set.plugins, pluginOf(1_000_000 + number, route)] };
  },
};

function replaced<Row>(rows: readonly Row[], number: number, fields: Partial<Row>): readonly Row[] {
  const at = (number * 37) % rows.length;
  return rows.map((row, index) => (index === at ? { ...row, ...fields } : row));
}

/** CPU time of all threads, the garbage collector's included, in milliseconds. */
function cpuOf(work: () => void): number {
  const start = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000;
}

async function openGateway(): Promise<Gateway> {
  return await Gateway.create({ catalog: createCatalog([plugin]), log: pino({ level: 'silent' }) });
}

/** Milliseconds for all of a config, the best of a few, each in a gateway that has none. */
async function timeOfAll(size: number): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < (isSmoke ? 1 : 3); round++) {
    const [gateway, set] = [await openGateway(), configOf(size)];
    times.push(cpuOf(() => gateway.apply(set, hashEntities(set))));
    await gateway.drain(0);
  }
  return Math.min(...times);
}

/** The median of many changes one after the other, their fingerprints included. */
function timeOfChange(gateway: Gateway, change: Change): number {
  const times = Array.from({ length: CHANGES }, (_, number) => {
    const { entities } = gateway.snapshot;
    const next = change(entities, number);
    return cpuOf(() => gateway.apply(next, hashEntities(next, entities)));
  });
  return times.sort((a, b) => a - b)[CHANGES >> 1] ?? 0;
}

/** Nanoseconds for the route of one request, the fastest of many rounds. */
function timeOfLookup({ snapshot }: Gateway, size: number): number {
  const requests = Array.from({ length: LOOKUPS }, (_, index): RouterRequest => {
    const number = (index * 7919) % size;
    const ends = { sni: null, sourceIp: null, sourcePort: null, destinationIp: null };
    const path = `/service-${number}/v1/items/${index}`;
    return { ...ends, method: 'GET', scheme: 'http', host: 'a.test', port: 80, path, query: '', rawHeaders: [] };
  });
  const rounds = Array.from({ length: LOOKUP_ROUNDS }, () => {
    const start = process.hrtime.bigint();
    for (const request of requests) if (snapshot.router.match(request) === null) throw new Error(request.path);
    return Number(process.hrtime.bigint() - start) / LOOKUPS;
  });
  return Math.min(...rounds);
}

async function measure(size: number): Promise<void> {
  const all = await timeOfAll(size);
  const gateway = await openGateway();
  const set = configOf(size);
  gateway.apply(set, hashEntities(set));
  const settled = timeOfLookup(gateway, size);
  const [service = serviceOf(0)] = set.services;
  const more = { ...set, routes: [...set.routes, routeOf(2_000_000, service)] };
  gateway.apply(more, hashEntities(more, set));
  const pending = timeOfLookup(gateway, size);
  gateway.apply(set, hashEntities(set, more));
  print([size, 'look-up, ns', settled, pending / settled, 'with a route that was just added']);
  if (pending / settled > MAX_SLOWER && !isSmoke) process.exitCode = 1;
  print([size, 'all of it', all, 1, '']);
  for (const [name, change] of Object.entries(changes)) {
    const time = timeOfChange(gateway, change);
    print([size, name, time, time / all, '']);
    if (time / all > MAX_SHARE && size >= 10_000) process.exitCode = 1;
  }
  await gateway.drain(0);
}

function print([size, name, time, ratio, note]: readonly [number, string, number, number, string]): void {
  const cells = [
    String(size).padStart(7),
    name.padEnd(18),
    time.toFixed(2).padStart(8),
    ratio.toFixed(4).padStart(8),
    note,
  ];
  console.log(cells.join(' | '));
}

console.log(' routes | change             |   CPU ms |    ratio |');
console.log('------: | ------------------ | -------: | -------: | ---');
for (const size of SIZES) await measure(size);
