import type { EntityRef } from '../../entities/entity.ts';
import { type RunKind, runKinds } from '../../entities/kinds.ts';
import type { EntitySet } from '../../entities/entity-set.ts';
import type { JsonObject } from '../../lib/json.ts';
import type { AdminReply } from '../../pdk/admin.ts';
import type { Gateway } from '../../runtime/gateway.ts';
import { type AdminCall, AdminError, type AdminMethod, type Endpoint, notFound } from '../endpoint.ts';
import { paginate } from '../page.ts';
import type { AnyEntity, Presenter } from '../presenter.ts';

const uuid = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;

/** What may stand in a path instead of the id. */
const endpointKeys = {
  services: 'name',
  routes: 'name',
  consumers: 'username',
  plugins: 'instance_name',
  upstreams: 'name',
  targets: 'target',
  certificates: 'id',
  snis: 'name',
  ca_certificates: 'id',
  consumer_groups: 'name',
  consumer_group_consumers: 'id',
  acls: 'group',
} as const satisfies Record<RunKind, string>;

/** Kong has no collection of all targets, and none of memberships. */
const nestedOnly: ReadonlySet<RunKind> = new Set(['targets', 'consumer_group_consumers']);

/** Collections that show up below another one, and the field that refers to the parent. */
const nestedCollections = [
  { parent: 'services', child: 'routes', field: 'service' },
  { parent: 'services', child: 'plugins', field: 'service' },
  { parent: 'routes', child: 'plugins', field: 'route' },
  { parent: 'consumers', child: 'plugins', field: 'consumer' },
  { parent: 'upstreams', child: 'targets', field: 'upstream' },
  { parent: 'certificates', child: 'snis', field: 'certificate' },
  { parent: 'consumers', child: 'acls', field: 'consumer' },
] as const;

/** References that can be followed upward. */
const parents = [
  { child: 'routes', field: 'service', parent: 'services' },
  { child: 'plugins', field: 'service', parent: 'services' },
  { child: 'plugins', field: 'route', parent: 'routes' },
  { child: 'plugins', field: 'consumer', parent: 'consumers' },
] as const;

type Reader = (call: AdminCall) => unknown;

/** Kong's collections, read from the config in force. Everything that would write answers 405 and says how to. */
export function entityEndpoints(gateway: Gateway, presenter: Presenter): readonly Endpoint[] {
  const kinds = runKinds.filter((kind) => !nestedOnly.has(kind));
  return [
    ...kinds.flatMap((kind) => collectionEndpoints(gateway, presenter, kind)),
    ...nestedCollections.flatMap((pair) => nestedEndpoints(gateway, presenter, pair)),
    ...parents.flatMap(({ child, field, parent }) =>
      oneEndpoints(`/${child}/:key/${field}`, parent, ({ params }) => {
        const owner = find(gateway.snapshot.entities, child, params.key);
        const target = (owner as unknown as Record<string, EntityRef | null>)[field];
        return presenter.present(parent, find(gateway.snapshot.entities, parent, target?.id));
      }),
    ),
  ];
}

function collectionEndpoints(gateway: Gateway, presenter: Presenter, kind: RunKind): readonly Endpoint[] {
  return [
    ...listEndpoints(`/${kind}`, kind, ({ query }) => {
      const items: readonly AnyEntity[] = gateway.snapshot.entities[kind];
      const customId = kind === 'consumers' ? query.custom_id : undefined;
      const found =
        customId === undefined ? items : items.filter((item) => 'custom_id' in item && item.custom_id === customId);
      return presentPage(presenter, kind, paginate(found, `/${kind}`, query));
    }),
    ...oneEndpoints(`/${kind}/:key`, kind, ({ params }) =>
      presenter.present(kind, find(gateway.snapshot.entities, kind, params.key)),
    ),
  ];
}

function nestedEndpoints(
  gateway: Gateway,
  presenter: Presenter,
  { parent, child, field }: (typeof nestedCollections)[number],
): readonly Endpoint[] {
  const childrenOf = ({ params }: AdminCall): readonly AnyEntity[] => {
    const owner = find(gateway.snapshot.entities, parent, params.key);
    const items: readonly AnyEntity[] = gateway.snapshot.entities[child];
    return items.filter((item) => (item as unknown as Record<string, EntityRef | null>)[field]?.id === owner.id);
  };
  return [
    ...listEndpoints(`/${parent}/:key/${child}`, child, (call) => {
      const path = `/${parent}/${encodeURIComponent(call.params.key ?? '')}/${child}`;
      return presentPage(presenter, child, paginate(childrenOf(call), path, call.query));
    }),
    ...oneEndpoints(`/${parent}/:key/${child}/:child`, child, (call) =>
      presenter.present(child, pick(childrenOf(call), child, call.params.child)),
    ),
  ];
}

function presentPage(
  presenter: Presenter,
  kind: RunKind,
  page: ReturnType<typeof paginate<AnyEntity>>,
): Omit<typeof page, 'data'> & { readonly data: readonly JsonObject[] } {
  return { ...page, data: page.data.map((item) => presenter.present(kind, item)) };
}

function find(entities: EntitySet, kind: RunKind, key: string | undefined): AnyEntity {
  return pick(entities[kind], kind, key);
}

/** A UUID is an id, anything else the name that a kind goes by. */
function pick(items: readonly AnyEntity[], kind: RunKind, key: string | undefined): AnyEntity {
  const field = key !== undefined && uuid.test(key) ? 'id' : endpointKeys[kind];
  const wanted = field === 'id' ? key?.toLowerCase() : key;
  const found = items.find(
    (item) => wanted !== undefined && (item as unknown as Record<string, unknown>)[field] === wanted,
  );
  if (found === undefined) throw notFound();
  return found;
}

function listEndpoints(path: string, kind: RunKind, read: Reader): readonly Endpoint[] {
  return [reading(path, read), refusing('POST', path, `cannot create '${kind}' entities`)];
}

function oneEndpoints(path: string, kind: RunKind, read: Reader): readonly Endpoint[] {
  return [
    reading(path, read),
    refusing('PATCH', path, `cannot update '${kind}' entities`, endpointKeys[kind]),
    refusing('PUT', path, `cannot create or update '${kind}' entities`, endpointKeys[kind]),
    refusing('DELETE', path, `cannot remove '${kind}' entities`, endpointKeys[kind]),
  ];
}

function reading(path: string, read: Reader): Endpoint {
  return { method: 'GET', path, handle: (call): AdminReply => ({ status: 200, body: read(call) }) };
}

function refusing(method: AdminMethod, path: string, what: string, endpointKey?: string): Endpoint {
  return {
    method,
    path,
    handle: ({ params }) => {
      const key = params.child ?? params.key ?? '';
      const by = endpointKey === undefined || uuid.test(key) ? '' : ` by '${endpointKey}'`;
      throw new AdminError(405, {
        code: 12,
        name: 'operation unsupported',
        message: `${what}${by} when not using a database (gw: change the config file, or POST a whole config to /config)`,
      });
    },
  };
}
