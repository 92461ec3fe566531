import type { EntitySet } from '../../src/entities/entity-set.ts';
import type { Plugin } from '../../src/entities/plugin.ts';
import type { Route } from '../../src/entities/route.ts';
import type { Service } from '../../src/entities/service.ts';
import type { SelfSignedPair } from '../../src/lib/self-signed.ts';
import { selfSignedPair } from './certificates.ts';
import { consumer, plugin, route, service, target, upstream } from './entities.ts';
import type { SeededRandom } from './random.ts';
import { randomRoutes } from './random-routing.ts';

type Edit = (set: EntitySet, random: SeededRandom) => EntitySet;
type ListKind = Exclude<keyof EntitySet, 'others'>;
type RowOf<Kind extends ListKind> = EntitySet[Kind][number];

const pairs = [selfSignedPair('a.x.org'), selfSignedPair('b.x.org')];
const HOSTS = ['pool-1', 'pool-2', 'pool-3', '10.0.0.1', '10.0.0.2'];
const PLUGINS = ['alpha', 'beta', 'gamma', 'delta', 'unknown'];
/** From here on rows of a kind are taken away only. */
const ENOUGH = 40;

/**
 * Changes a few rows of one kind in a config that a gateway compiles; rows that it leaves alone are the same objects,
 * lists too. Runs for compilers: what a checked config never holds twice is not there twice, but references may dangle.
 */
export function editEntities(set: EntitySet, random: SeededRandom): EntitySet {
  return withoutDoubles(random.pick(edits)(set, random));
}

const edits: readonly Edit[] = [
  ...many(8, editing('routes', randomRoute)),
  ...many(3, editing('services', randomService)),
  ...many(6, editing('plugins', randomPlugin)),
  editing('consumers', (random) => consumer(`c${random.below(6)}`)),
  editing('consumer_groups', (random) => ({ ...stamps(random), name: `g${random.below(4)}` })),
  editing('consumer_group_consumers', (random, { consumers, consumer_groups: groups }) => ({
    id: idOf(random),
    consumer: refTo(random, consumers),
    consumer_group: refTo(random, groups),
  })),
  ...many(2, editing('upstreams', randomUpstream)),
  ...many(2, editing('targets', randomTarget)),
  editing('certificates', (random) => ({ ...stamps(random), ...pairOf(random) })),
  editing('snis', (random, { certificates }) => ({
    ...stamps(random),
    name: random.pick(['a.x.org', 'b.x.org', '*.x.org']),
    certificate: refTo(random, certificates),
  })),
  editing('ca_certificates', (random) => ({ ...stamps(random), cert: pairOf(random).cert })),
  moving('plugins'),
  moving('routes'),
  moving('services'),
];

function many(count: number, edit: Edit): readonly Edit[] {
  return Array.from({ length: count }, () => edit);
}

/** Adds rows, takes rows away, or puts other ones in their place under the same id. */
function editing<Kind extends ListKind>(kind: Kind, make: (random: SeededRandom, set: EntitySet) => RowOf<Kind>): Edit {
  return (set, random) => {
    const rows = [...set[kind]] as RowOf<Kind>[];
    for (let left = random.pick([1, 1, 1, 3, 12]); left > 0; left--) {
      const row = make(random, set);
      const at = random.below(rows.length + 1);
      const old = rows[at];
      const actions = rows.length > ENOUGH ? ['remove'] : ['add', 'change', 'remove'];
      const action = old === undefined ? 'add' : random.pick(actions);
      if (action === 'add') rows.splice(random.below(2) === 0 ? at : rows.length, 0, row);
      else if (action === 'remove') rows.splice(at, 1);
      else rows[at] = { ...row, id: old?.id };
    }
    return { ...set, [kind]: rows };
  };
}

/** Moves a row to the front. */
function moving(kind: ListKind): Edit {
  return (set, random) => {
    const rows = [...set[kind]];
    const [moved] = rows.splice(random.below(rows.length), 1);
    return { ...set, [kind]: moved === undefined ? rows : [moved, ...rows] };
  };
}

function withoutDoubles(set: EntitySet): EntitySet {
  return {
    ...set,
    upstreams: unique(set.upstreams, ({ name }) => name),
    snis: unique(set.snis, ({ name }) => name),
    consumer_groups: unique(set.consumer_groups, ({ name }) => name),
    plugins: unique(set.plugins, ({ name, route: r, service: s, consumer: c, consumer_group: g }) =>
      [name, r?.id, s?.id, c?.id, g?.id].join(),
    ),
  };
}

function unique<Row>(rows: readonly Row[], keyOf: (row: Row) => string): readonly Row[] {
  const first = new Map<string, Row>();
  for (const row of rows) if (!first.has(keyOf(row))) first.set(keyOf(row), row);
  return first.size === rows.length ? rows : [...first.values()];
}

function stamps(random: SeededRandom): {
  readonly id: string;
  readonly created_at: number;
  readonly updated_at: number;
} {
  return { id: idOf(random), created_at: random.below(5), updated_at: random.below(5) };
}

function randomRoute(random: SeededRandom, { services }: EntitySet): Route {
  const owner = random.below(6) === 0 ? null : refTo(random, services);
  const fields = { id: idOf(random), name: nameOf(random, 'r'), service: owner };
  if (random.below(8) === 0) {
    const destinations = [{ ip: null, port: 1 + random.below(20) }];
    return route(null, { ...fields, paths: null, protocols: [random.pick(['tcp', 'tls'] as const)], destinations });
  }
  if (random.below(150) === 0) {
    return route(null, { ...fields, paths: null, expression: 'http.path ^= "/a"', priority: random.below(3) });
  }
  const [first = route(null)] = randomRoutes(random);
  return { ...first, ...fields };
}

function randomService(random: SeededRandom, { certificates, ca_certificates: authorities }: EntitySet): Service {
  const isSecure = random.below(3) === 0;
  return service(`http://${random.pick(HOSTS)}:80`, {
    id: idOf(random),
    name: nameOf(random, 's'),
    protocol: isSecure ? 'https' : random.below(10) === 0 ? 'tcp' : 'http',
    enabled: random.below(8) > 0,
    path: random.pick([null, '/x']),
    client_certificate: isSecure && random.below(2) === 0 ? refTo(random, certificates) : null,
    ca_certificates: isSecure && random.below(2) === 0 ? [refTo(random, authorities).id] : null,
  });
}

function randomPlugin(random: SeededRandom, set: EntitySet): Plugin {
  const maybe = (kind: ListKind, oneIn: number): { readonly id: string } | null =>
    random.below(oneIn) === 0 ? refTo(random, set[kind]) : null;
  return plugin(random.pick(PLUGINS), {
    id: idOf(random),
    enabled: random.below(8) > 0,
    config: { tag: random.below(1000), wants: random.below(4) === 0 },
    route: maybe('routes', 2),
    service: maybe('services', 3),
    consumer: maybe('consumers', 4),
    consumer_group: maybe('consumer_groups', 8),
  });
}

function randomUpstream(random: SeededRandom, { certificates }: EntitySet): RowOf<'upstreams'> {
  return upstream(random.pick(HOSTS.slice(0, 3)), {
    id: idOf(random),
    host_header: random.pick([null, 'h.test']),
    client_certificate: random.below(3) === 0 ? refTo(random, certificates) : null,
  });
}

function randomTarget(random: SeededRandom, { upstreams }: EntitySet): RowOf<'targets'> {
  const owner = upstreams[random.below(upstreams.length)] ?? upstream('none');
  return target(owner, `10.0.1.${random.below(9)}:80`, { id: idOf(random), weight: random.pick([0, 100]) });
}

function pairOf(random: SeededRandom): SelfSignedPair {
  return random.pick(pairs);
}

/** Now and then to an entity that is not there. */
function refTo(random: SeededRandom, rows: readonly { readonly id: string }[]): { readonly id: string } {
  return { id: rows[random.below(rows.length)]?.id ?? '00000000-0000-4000-8000-000000000000' };
}

function nameOf(random: SeededRandom, prefix: string): string | null {
  return random.below(3) === 0 ? null : `${prefix}${random.below(1000)}`;
}

function idOf(random: SeededRandom): string {
  const hex = (digits: number): string =>
    random
      .below(16 ** digits)
      .toString(16)
      .padStart(digits, '0');
  return `${hex(6)}${hex(2)}-${hex(4)}-4${hex(3)}-8${hex(3)}-${hex(6)}${hex(6)}`;
}
