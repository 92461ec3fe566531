import t, { type Test } from 'tap';
import { emptyEntitySet, type EntitySet } from '../../../src/entities/entity-set.ts';
import type { RunKind } from '../../../src/entities/kinds.ts';
import { createCatalog } from '../../../src/pdk/catalog.ts';
import type { PluginDefinition, PluginHandler, PluginHost } from '../../../src/pdk/plugin.ts';
import type { RouterFlavor } from '../../../src/router/router.ts';
import { Compiler } from '../../../src/runtime/compile/compiler.ts';
import type { ConfiguredPlugin } from '../../../src/runtime/plugin-chain.ts';
import { defaultSettings } from '../../../src/runtime/settings.ts';
import type { Snapshot } from '../../../src/runtime/snapshot.ts';
import { UpstreamRegistry } from '../../../src/runtime/upstream/upstream-registry.ts';
import { FakeClock } from '../../support/clock.ts';
import { describeSnapshot } from '../../support/described-snapshot.ts';
import { plugin } from '../../support/entities.ts';
import { captureLog } from '../../support/gateway.ts';
import { editEntities } from '../../support/entity-edits.ts';
import { SeededRandom } from '../../support/random.ts';
import { randomRequest } from '../../support/random-routing.ts';

/** `APPLY_FUZZ_RUNS=200` for the whole proof; `APPLY_FUZZ_SEED` for other edits. */
const RUNS = Number(process.env.APPLY_FUZZ_RUNS ?? 3);
const SEED = Number(process.env.APPLY_FUZZ_SEED ?? 1);
const EDITS = 60;
const REQUESTS = 25;

const log = captureLog('error').log;

/** A handler that says what it was built with, and whether it is closed. */
class Witness implements PluginHandler {
  readonly seen: unknown;
  isClosed = false;
  readonly #open: Set<Witness>;

  constructor(seen: unknown, open: Set<Witness>) {
    this.seen = seen;
    this.#open = open;
    open.add(this);
  }

  rewrite(): void {
    // Only there to be counted.
  }

  close(): void {
    if (this.isClosed) throw new Error('closed twice');
    this.isClosed = true;
    this.#open.delete(this);
  }
}

/** A compiler with all that it holds. */
class Bench {
  readonly open = new Set<Witness>();
  readonly registry = new UpstreamRegistry({ settings: defaultSettings, clock: new FakeClock(), log });
  readonly #compiler: Compiler;

  constructor(routerFlavor: RouterFlavor | null) {
    const catalog = createCatalog([
      this.#plugin('alpha', 10, ['consumers']),
      this.#plugin('beta', 10, []),
      this.#plugin('gamma', 30, null),
      this.#plugin('delta', 20, ['ca_certificates', 'consumer_groups']),
    ]);
    const host = {} as PluginHost;
    this.#compiler = new Compiler({
      ...{ catalog, host, log, routerFlavor },
      ...{ upstreams: this.registry, tls: defaultSettings.tls },
    });
  }

  compile(entities: EntitySet): Snapshot {
    return this.#compiler.compile(entities, 'hash');
  }

  #plugin(name: string, priority: number, kinds: readonly RunKind[] | null): PluginDefinition {
    return {
      name,
      version: '1.0.0',
      priority,
      protocols: ['http'],
      schema: { type: 'object' },
      create: (config, _host, { id, scope, entities }) => {
        if ('breaks' in config) throw new Error('cannot be built');
        const rows = kinds === null ? { ...entities } : kinds.map((kind) => [...entities[kind]]);
        return new Witness({ config, id, scope, rows }, this.open);
      },
      ...(kinds === null ? {} : { looksAt: () => kinds }),
      wantsClientCertificate: (config) => 'wants' in config && config.wants === true,
    };
  }
}

const witnessOf = (handler: PluginHandler): Witness | null => (handler instanceof Witness ? handler : null);
const seenBy = ({ handler }: ConfiguredPlugin): unknown => witnessOf(handler)?.seen;

for (const flavor of ['traditional_compatible', 'traditional', null] as const) {
  t.test(
    `configs made edit by edit are as if they were compiled anew (router flavor ${flavor ?? 'by the routes'})`,
    async (t) => {
      for (let run = 0; run < RUNS && t.passing(); run++) await edit(t, flavor, new SeededRandom(SEED * 1000 + run));
    },
  );
}

async function edit(t: Test, flavor: RouterFlavor | null, random: SeededRandom): Promise<void> {
  const bench = new Bench(flavor);
  let entities: EntitySet = emptyEntitySet;
  let current = bench.compile(entities);
  /** Snapshots that requests still run with. */
  const busy: { readonly snapshot: Snapshot; readonly entities: EntitySet }[] = [];
  for (let number = 0; number < EDITS && t.passing(); number++) {
    for (let left = random.pick([1, 1, 2, 8]); left > 0; left--) entities = editEntities(entities, random);
    if (random.below(8) === 0) failToCompile(t, bench, entities, random);
    const previous = current;
    if (random.below(3) === 0) {
      previous.enter();
      busy.push({ snapshot: previous, entities });
    }
    current = bench.compile(entities);
    await previous.retire();
    if (busy.length > 0 && random.below(3) === 0) await busy.splice(random.below(busy.length), 1)[0]?.snapshot.leave();
    for (const { snapshot } of busy) t.equal(closedIn(snapshot), 0, 'nothing that a request uses is closed');
    await compare(t, bench, flavor, current, entities, busy.length === 0, random);
  }
  for (const { snapshot } of busy) await snapshot.leave();
  const empty = bench.compile(emptyEntitySet);
  await current.retire();
  t.equal(bench.open.size, 0, 'every handler is closed');
  t.same(bench.registry.held, { services: [], groups: [] }, 'every upstream is given back');
  await empty.retire();
}

async function compare(
  t: Test,
  bench: Bench,
  flavor: RouterFlavor | null,
  current: Snapshot,
  entities: EntitySet,
  isAlone: boolean,
  random: SeededRandom,
): Promise<void> {
  const anew = new Bench(flavor);
  const expected = anew.compile(entities);
  const requests = Array.from({ length: REQUESTS }, () => randomRequest(random));
  t.strictSame(
    describeSnapshot(current, entities, requests, seenBy),
    describeSnapshot(expected, entities, requests, seenBy),
  );
  if (isAlone) {
    t.same(bench.registry.held, anew.registry.held, 'no upstream is held that is not used');
    t.equal(bench.open.size, anew.open.size, 'no handler is left open');
  }
  await expected.retire();
}

function closedIn({ routes, globalChain }: Snapshot): number {
  const chains = [globalChain, ...routes.flatMap((one) => one?.chain ?? [])];
  return chains.flatMap(({ fixed }) => fixed).filter(({ handler }) => witnessOf(handler)?.isClosed === true).length;
}

/** A config that cannot be compiled leaves everything as it was. */
function failToCompile(t: Test, bench: Bench, entities: EntitySet, random: SeededRandom): void {
  const open = bench.open.size;
  const { held } = bench.registry;
  const more = editEntities(entities, random);
  const broken = plugin('alpha', { config: { breaks: true } });
  const certificate = { id: 'bad', cert: 'none', key: 'none', created_at: 0, updated_at: 0 };
  const sni = { id: 'bad', name: 'bad.test', certificate: { id: 'bad' }, created_at: 0, updated_at: 0 };
  const bad: Partial<EntitySet> =
    random.below(2) === 0
      ? { plugins: [...more.plugins, broken] }
      : { certificates: [...more.certificates, certificate], snis: [...more.snis, sni] };
  t.throws(() => bench.compile({ ...more, ...bad }));
  t.equal(bench.open.size, open, 'handlers that were built for nothing are closed');
  t.same(bench.registry.held, held, 'upstreams that were acquired for nothing are given back');
}
