/**
 * What choosing a route costs: `npm run bench:router`, with `-- --smoke` a quick run that only shows that it works.
 * Fails when a look-up among the most routes costs more than three times what it costs among ten.
 */
import type { Route } from '../src/entities/route.ts';
import { noConditions, routeDefaults } from '../src/entities/defaults.ts';
import { derivedId } from '../src/entities/ids.ts';
import { createRouter } from '../src/router/create-router.ts';
import type { Router, RouterRequest } from '../src/router/router.ts';

interface Target {
  readonly route: Route;
}

/** A way in which the routes of a config are alike. */
interface Shape {
  readonly name: string;
  routeOf(index: number): Partial<Route>;
  /** A request that the route of this index is for; `salt` makes it differ from others. */
  requestOf(index: number, salt: number): Partial<RouterRequest>;
}

interface Figures {
  readonly nanoseconds: number;
  /** CPU time of all threads, the garbage collector's included. */
  readonly compileMs: number;
  readonly megabytes: number;
}

const isSmoke = process.argv.includes('--smoke');
const SIZES = isSmoke ? [10, 1000] : [10, 1000, 10_000, 100_000];
/** As many different requests at every size, so that sizes differ in the routes alone. */
const REQUESTS = 4096;
const WARM_UP = isSmoke ? 1 : 60;
const ROUNDS = isSmoke ? 3 : 100;
const MAX_RATIO = 3;

const SHAPES: readonly Shape[] = [
  {
    name: 'distinct prefixes',
    routeOf: (index) => ({ paths: [`/service-${index}/v1`] }),
    requestOf: (index, salt) => ({ path: `/service-${index}/v1/items/${salt}` }),
  },
  {
    name: 'same prefix, distinct hosts',
    routeOf: (index) => ({ hosts: [`tenant-${index}.example.com`], paths: ['/api'] }),
    requestOf: (index, salt) => ({ host: `tenant-${index}.example.com`, path: `/api/items/${salt}` }),
  },
  {
    name: '10% regular expressions',
    routeOf: (index) => ({ paths: [index % 10 === 0 ? `~/service-${index}/(?<id>\\d+)$` : `/service-${index}/v1`] }),
    requestOf: (index, salt) => ({
      path: index % 10 === 0 ? `/service-${index}/${salt}` : `/service-${index}/v1/${salt}`,
    }),
  },
];

function routesOf(shape: Shape, size: number): readonly Target[] {
  return Array.from({ length: size }, (_, index) => ({
    route: {
      ...routeDefaults,
      id: derivedId('routes', `${shape.name} ${index}`),
      name: `route-${index}`,
      service: null,
      ...noConditions,
      expression: null,
      priority: null,
      tags: null,
      created_at: 0,
      updated_at: 0,
      ...shape.routeOf(index),
    },
  }));
}

function requestsOf(shape: Shape, size: number): readonly RouterRequest[] {
  let state = 1;
  return Array.from({ length: REQUESTS }, (_, salt) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return {
      method: 'GET',
      scheme: 'http',
      host: 'gateway.example.com',
      port: 8000,
      path: '/',
      query: '',
      rawHeaders: ['Host', 'gateway.example.com', 'User-Agent', 'bench', 'Accept', '*/*'],
      sni: null,
      sourceIp: null,
      sourcePort: null,
      destinationIp: null,
      ...shape.requestOf(state % size, salt),
    };
  });
}

/** Bytes of the heap that stay when garbage is gone; needs `--expose-gc` to mean much. */
function heapUsed(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}

function measure(shape: Shape, size: number): Figures {
  const targets = routesOf(shape, size);
  const requests = requestsOf(shape, size);
  const before = heapUsed();
  const start = process.cpuUsage();
  const router = createRouter(targets, 'traditional_compatible');
  const { user, system } = process.cpuUsage(start);
  const compileMs = (user + system) / 1000;
  const megabytes = (heapUsed() - before) / 2 ** 20;
  for (let round = 0; round < WARM_UP; round++) timeOfLookup(router, requests);
  const rounds = Array.from({ length: ROUNDS }, () => timeOfLookup(router, requests));
  // What others do on the machine only ever adds to the time.
  return { nanoseconds: Math.min(...rounds), compileMs, megabytes };
}

function timeOfLookup(router: Router<Target>, requests: readonly RouterRequest[]): number {
  const start = process.hrtime.bigint();
  for (const request of requests) {
    if (router.match(request) === null) throw new Error(`no route for ${request.host}${request.path}`);
  }
  return Number(process.hrtime.bigint() - start) / requests.length;
}

function main(): void {
  console.log('shape                        |  routes | ns/look-up | ratio | compile ms | heap MB');
  console.log('---------------------------- | ------: | ---------: | ----: | ---------: | ------:');
  for (const shape of SHAPES) {
    let base = 0;
    for (const size of SIZES) {
      const { nanoseconds, compileMs, megabytes } = measure(shape, size);
      base ||= nanoseconds;
      const ratio = nanoseconds / base;
      const cells = [
        shape.name.padEnd(28),
        String(size).padStart(7),
        nanoseconds.toFixed(0).padStart(10),
        ratio.toFixed(2).padStart(5),
        compileMs.toFixed(0).padStart(10),
        megabytes.toFixed(1).padStart(7),
      ];
      console.log(cells.join(' | '));
      if (ratio > MAX_RATIO && !isSmoke) process.exitCode = 1;
    }
  }
}

main();
