import { isDeepStrictEqual } from 'node:util';
import t, { type Test } from 'tap';
import type { Route } from '../../src/entities/route.ts';
import { Compaction } from '../../src/router/compaction.ts';
import { LayeredRouter } from '../../src/router/layered-router.ts';
import type { Router, RouterFlavor, RouterRequest } from '../../src/router/router.ts';
import { route } from '../support/entities.ts';
import { SeededRandom } from '../support/random.ts';
import { randomRequest, randomRoutes } from '../support/random-routing.ts';

/** `ROUTER_FUZZ_RUNS=1000` for the whole proof; `ROUTER_FUZZ_SEED` for other routes. */
const RUNS = Number(process.env.ROUTER_FUZZ_RUNS ?? 40);
const SEED = Number(process.env.ROUTER_FUZZ_SEED ?? 1);
const CHANGES = 30;
const REQUESTS = 12;

interface Target {
  readonly route: Route;
}

const EXPRESSIONS = ['http.path ^= "/a"', 'http.path ~ "^/(a|b)"', 'http.host == "x.org"', 'http.method == "GET"'];

for (const flavor of ['traditional_compatible', 'expressions'] as const) {
  t.test(`a router that was changed step by step answers as one made for all routes (${flavor})`, (t) => {
    for (let run = 0; run < RUNS && t.passing(); run++) changeOften(t, flavor, new SeededRandom(SEED * 10_000 + run));
    t.pass('no answer differs');
    t.end();
  });
}

t.test('layers are made into one while routes come and go', (t) => {
  const random = new SeededRandom(SEED);
  const targets = newTargets(random, 'traditional_compatible', 300);
  let router = LayeredRouter.of<Target>(targets.slice(0, 200), 'traditional_compatible');
  router = router.changed(targets.slice(0, 20), targets.slice(200, 250), allCores(router));
  const compaction = new Compaction(router);
  t.notOk(compaction.step(router));
  router = router.changed(targets.slice(190, 230), targets.slice(250), compaction.cores);
  while (!compaction.step(router));
  t.equal(router.layers.length, 2, 'what came meanwhile stays on top');
  t.ok(router.layers[0]?.dead, 'what went meanwhile is marked');
  const again = new Compaction(router);
  while (!again.step(router));
  t.equal(router.layers.length, 1);
  t.equal(router.pending, 0);
  const expected = LayeredRouter.of([...targets.slice(20, 190), ...targets.slice(230)], 'traditional_compatible');
  for (let number = 0; number < 300; number++) compare(t, router, expected, randomRequest(random));
  t.end();
});

t.test('a router that is made for all routes anew makes a compaction superfluous', (t) => {
  const random = new SeededRandom(SEED);
  const [few, many] = [
    newTargets(random, 'traditional_compatible', 10),
    newTargets(random, 'traditional_compatible', 3000),
  ];
  const first = LayeredRouter.of<Target>(few, 'traditional_compatible');
  const router = first.changed([], newTargets(random, 'traditional_compatible', 1), allCores(first));
  const compaction = new Compaction(router);
  const latest = router.changed([], many, compaction.cores);
  t.equal(latest.layers.length, 1);
  const { layers } = latest;
  while (!compaction.step(latest));
  t.strictSame(latest.layers, layers);
  t.end();
});

function changeOften(t: Test, flavor: RouterFlavor, random: SeededRandom): void {
  let targets = newTargets(random, flavor, random.below(30));
  let router = LayeredRouter.of(targets, flavor);
  let compaction: Compaction<Target> | null = null;
  for (let change = 0; change < CHANGES && t.passing(); change++) {
    const removed = targets.filter(() => random.below(8) === 0);
    const added = newTargets(random, flavor, random.below(6));
    targets = [...targets.filter((target) => !removed.includes(target)), ...added];
    // Now and then nothing may be made into one, so that there are several layers.
    const frozen = random.below(3) > 0 ? allCores(router) : (compaction?.cores ?? new Set());
    router = router.changed(removed, added, frozen);
    if (random.below(5) === 0) compaction ??= new Compaction(router);
    for (let steps = random.below(8); steps > 0 && compaction !== null; steps--) {
      if (compaction.step(router)) compaction = null;
    }
    const expected = LayeredRouter.of(targets, flavor);
    for (let number = 0; number < REQUESTS; number++) compare(t, router, expected, randomRequest(random));
  }
}

function compare(t: Test, router: Router<Target>, expected: Router<Target>, request: RouterRequest): void {
  const [found, right] = [router, expected].map((each) => {
    const match = each.match(request);
    return match === null ? null : [match.target.route.id, match.prefix, [...(match.captures ?? [])]];
  });
  if (!isDeepStrictEqual(found, right)) t.strictSame(found, right, 'the routers answer alike', { request });
}

function newTargets(random: SeededRandom, flavor: RouterFlavor, count: number): Target[] {
  const targets: Target[] = [];
  while (targets.length < count) {
    for (const each of randomRoutes(random)) {
      const isExpression = flavor === 'expressions' && random.below(3) === 0;
      const expression = random.pick(EXPRESSIONS);
      targets.push({ route: isExpression ? route(null, { id: each.id, paths: null, expression }) : each });
    }
  }
  return targets.slice(0, count);
}

function allCores(router: LayeredRouter<Target>): ReadonlySet<object> {
  return new Set(router.layers.map(({ core }) => core));
}
