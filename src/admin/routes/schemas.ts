import { randomUUID } from 'node:crypto';
import { EntityChecker } from '../../config/store/entity-checker.ts';
import type { EntityView } from '../../config/store/entity-view.ts';
import { checkReferences, readReferences } from '../../config/store/read-references.ts';
import { allKinds, type EntityKind } from '../../entities/kinds.ts';
import type { JsonObject, JsonValue } from '../../lib/json.ts';
import type { AdminReply } from '../../pdk/admin.ts';
import type { PluginCatalog } from '../../pdk/catalog.ts';
import type { ConfigManager } from '../../runtime/config-manager.ts';
import type { Gateway } from '../../runtime/gateway.ts';
import { bodySchema } from '../body/body-schema.ts';
import { readEntityBody } from '../body/read-body.ts';
import { type AdminCall, AdminError, type Endpoint } from '../endpoint.ts';
import { fieldIndex, schemaBody } from '../kong-schema/kong-field.ts';
import { kongPartialSchema, kongPluginSchema, kongSchema, kongVaultSchema } from '../kong-schema/kong-schema.ts';

/** Kinds that have no collection, and so no schema: not in Kong without Enterprise, or only inside another. */
const withoutSchema: ReadonlySet<EntityKind> = new Set<EntityKind>([
  'consumer_group_consumers',
  'consumer_group_plugins',
  'rbac_roles',
  'licenses',
  'service_packages',
  'custom_entities',
  'custom_plugins',
  'cloned_plugins',
]);

/** What a check of one entity needs. */
type Surroundings = Pick<EntityOptions, 'gateway' | 'config'>;

interface EntityOptions {
  readonly gateway: Gateway;
  readonly config: ConfigManager;
}

/**
 * Kong's endpoints about schemas: those of kinds, plugins, vaults and partials, and the check of an entity that is not
 * stored. The check looks nothing up: names and ids may be those of entities that do not exist yet.
 */
export function schemaEndpoints(options: Surroundings): readonly Endpoint[] {
  const { catalog } = options.gateway;
  const check = validation(options);
  const plugin = (name: string): unknown => schemaBody(kongPluginSchema(name, catalog) ?? unknown('plugin', name));
  return [
    showing('/schemas/:name', (name) => schemaBody(kongSchema(kindNamed(name)))),
    showing('/schemas/plugins/:name', plugin),
    showing('/schemas/vaults/:name', (name) => schemaBody(kongVaultSchema(name) ?? unknown('vault', name))),
    showing('/schemas/partials/:name', (name) => schemaBody(kongPartialSchema(name) ?? unknownPartial(name))),
    showing('/plugins/schema/:name', (name) => configOf(name, catalog)),
    ...(['plugins', 'vaults', 'partials'] as const).map(
      (kind): Endpoint => ({ method: 'POST', path: `/schemas/${kind}/validate`, handle: (call) => check(kind, call) }),
    ),
    {
      method: 'POST',
      path: '/schemas/:name/validate',
      handle: (call) => check(kindNamed(call.params.name ?? ''), call),
    },
  ];
}

function showing(path: string, show: (name: string) => unknown): Endpoint {
  return { method: 'GET', path, handle: ({ params }) => ({ status: 200, body: show(params.name ?? '') }) };
}

function kindNamed(name: string): EntityKind {
  const kind = allKinds.find((known) => known === name && !withoutSchema.has(known));
  return kind ?? unknown('entity', name);
}

/** The deprecated form: the config alone. */
function configOf(name: string, catalog: PluginCatalog): unknown {
  const schema = kongPluginSchema(name, catalog) ?? unknown('plugin', name);
  const { fields = [], shorthand_fields = [] } = fieldIndex(schema.fields).get('config') ?? {};
  return { fields, shorthand_fields };
}

function unknown(what: string, name: string): never {
  throw new AdminError(404, { message: `No ${what} named '${name}'` });
}

function unknownPartial(type: string): never {
  throw new AdminError(404, { message: `No partial of type '${type}'` });
}

function validation({ gateway, config }: Surroundings): (kind: EntityKind, call: AdminCall) => AdminReply {
  const { catalog, host } = gateway;
  const checker = new EntityChecker({ catalog, ...config.rules, now: () => host.clock.now(), warn: () => undefined });
  return (kind, call) => {
    const given = readEntityBody(call, bodySchema(kind, catalog));
    const fields = readReferences(kind, kind === 'certificates' ? withoutNames(given) : given, anything);
    checkReferences(kind, checker.check(kind, { ...fields, id: fields.id ?? randomUUID() }, anything), anything);
    return { status: 200, body: { message: 'schema validation successful' } };
  };
}

/** Names of SNIs are entities of their own. */
function withoutNames(fields: JsonObject): JsonObject {
  const { snis = null, ...certificate } = fields;
  return isListOfTexts(snis) || snis === null ? certificate : fields;
}

function isListOfTexts(value: JsonValue): boolean {
  return Array.isArray(value) && value.every((entry) => typeof entry === 'string');
}

/** Entities of which every one exists. */
const anything: EntityView = {
  all: () => [],
  get: (_kind, id) => ({ id }),
  named: () => ({ id: '00000000-0000-4000-8000-000000000000' }),
  referring: () => [],
};
