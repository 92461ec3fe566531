import type { CaCertificate, Certificate, Sni } from '../entities/certificate.ts';
import type { Consumer } from '../entities/consumer.ts';
import type { AclGroup, ConsumerGroup, GroupMembership } from '../entities/consumer-group.ts';
import { pluginDefaults, routeDefaults, serviceDefaults } from '../entities/defaults.ts';
import type { EntitySet } from '../entities/entity-set.ts';
import type { EntityRef, Protocol } from '../entities/entity.ts';
import type { mainKinds, RunKind } from '../entities/kinds.ts';
import type { Plugin } from '../entities/plugin.ts';
import type { Route, RouteEndpoint } from '../entities/route.ts';
import type { Service } from '../entities/service.ts';
import type { Target, Upstream } from '../entities/upstream.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../lib/json.ts';
import { serviceFields } from './checks/service.ts';
import { type Draft, type DraftSet, listOf, parentOf, textOf, textsOf } from './draft.ts';
import { topLevel } from './format.ts';
import type { BuildContext } from './build-context.ts';
import { buildOthers, buildPlain } from './build-others.ts';
import { readLinks } from './partial-links.ts';

/** Makes entities, with every default filled in, of drafts that passed all checks. */
export function buildEntities(drafts: DraftSet, context: BuildContext): EntitySet {
  const routes = drafts.routes.filter((draft) => !isIncomplete(draft, context));
  const kept = new Set(routes);
  const plugins = drafts.plugins.filter((draft) => {
    const route = parentOf(draft, 'route');
    return !isIncomplete(draft, context) && (route === null || kept.has(route));
  });
  return {
    services: drafts.services.map((draft) => buildService(draft, context)),
    routes: routes.map((draft) => buildRoute(draft, context)),
    consumers: drafts.consumers.map((draft) => buildConsumer(draft, context)),
    plugins: plugins.map((draft) => buildPlugin(draft, drafts, context)),
    ...buildChecked(drafts, context),
    others: buildOthers(drafts, context),
  };
}

/** Kinds whose schema says all there is to say: an entity that passed it has the type. */
function buildChecked(drafts: DraftSet, context: BuildContext): Pick<EntitySet, CheckedKind> {
  const build = (kind: CheckedKind): unknown => buildPlain(kind, drafts, context);
  return {
    upstreams: build('upstreams') as readonly Upstream[],
    targets: build('targets') as readonly Target[],
    certificates: build('certificates') as readonly Certificate[],
    snis: build('snis') as readonly Sni[],
    ca_certificates: build('ca_certificates') as readonly CaCertificate[],
    consumer_groups: build('consumer_groups') as readonly ConsumerGroup[],
    consumer_group_consumers: (build('consumer_group_consumers') as readonly GroupMembership[]).map(membershipOf),
    acls: build('acls') as readonly AclGroup[],
  };
}

/** A membership that is written as the group or the consumer it leads to has their fields; it is no more than its ends. */
function membershipOf({ id, consumer, consumer_group }: GroupMembership): GroupMembership {
  return { id, consumer, consumer_group };
}

type CheckedKind = Exclude<RunKind, (typeof mainKinds)[number]>;

function isIncomplete(draft: Draft, context: BuildContext): boolean {
  return context.references.get(draft)?.isIncomplete === true;
}

function buildService(draft: Draft, context: BuildContext): Service {
  const fields = serviceFields(draft.fields);
  return {
    id: context.index.idOf(draft),
    name: textOf(fields.name),
    protocol: (textOf(fields.protocol) ?? serviceDefaults.protocol) as Protocol,
    host: textOf(fields.host) ?? '',
    port: numberOf(fields, 'port', serviceDefaults.port),
    path: textOf(fields.path),
    retries: numberOf(fields, 'retries', serviceDefaults.retries),
    connect_timeout: numberOf(fields, 'connect_timeout', serviceDefaults.connect_timeout),
    write_timeout: numberOf(fields, 'write_timeout', serviceDefaults.write_timeout),
    read_timeout: numberOf(fields, 'read_timeout', serviceDefaults.read_timeout),
    enabled: booleanOf(fields, 'enabled', serviceDefaults.enabled),
    tls_verify: typeof fields.tls_verify === 'boolean' ? fields.tls_verify : null,
    tls_verify_depth: typeof fields.tls_verify_depth === 'number' ? fields.tls_verify_depth : null,
    ca_certificates: listOrNull(fields.ca_certificates),
    client_certificate: referenceOf(draft, 'client_certificate', context),
    ...(isJsonObject(fields.tls_sans) ? { tls_sans: fields.tls_sans } : {}),
    ...commonFields(fields, context.now),
  };
}

/** A route alone, as a check on the order of routes needs it. */
export function buildRoute(draft: Draft, context: BuildContext): Route {
  const { fields } = draft;
  const protocols = setOrNull(fields.protocols) ?? routeDefaults.protocols;
  const isGrpc = protocols.some((protocol) => protocol === 'grpc' || protocol === 'grpcs');
  return {
    id: context.index.idOf(draft),
    name: textOf(fields.name),
    service: referenceOf(draft, 'service', context),
    protocols: protocols as readonly Protocol[],
    methods: setOrNull(fields.methods),
    hosts: listOrNull(fields.hosts),
    paths: listOrNull(fields.paths),
    headers: headersOf(fields.headers),
    snis: setOrNull(fields.snis),
    sources: endpointsOf(fields.sources),
    destinations: endpointsOf(fields.destinations),
    https_redirect_status_code: numberOf(
      fields,
      'https_redirect_status_code',
      routeDefaults.https_redirect_status_code,
    ),
    regex_priority: numberOf(fields, 'regex_priority', routeDefaults.regex_priority),
    strip_path: booleanOf(fields, 'strip_path', isGrpc ? false : routeDefaults.strip_path),
    path_handling: fields.path_handling === 'v1' ? 'v1' : routeDefaults.path_handling,
    preserve_host: booleanOf(fields, 'preserve_host', routeDefaults.preserve_host),
    request_buffering: booleanOf(fields, 'request_buffering', routeDefaults.request_buffering),
    response_buffering: booleanOf(fields, 'response_buffering', routeDefaults.response_buffering),
    expression: textOf(fields.expression),
    priority: typeof fields.priority === 'number' ? fields.priority : null,
    ...commonFields(fields, context.now),
  };
}

function buildConsumer(draft: Draft, context: BuildContext): Consumer {
  const { fields } = draft;
  return {
    id: context.index.idOf(draft),
    username: textOf(fields.username),
    custom_id: textOf(fields.custom_id),
    ...commonFields(fields, context.now),
  };
}

function buildPlugin(draft: Draft, drafts: DraftSet, context: BuildContext): Plugin {
  const { fields } = draft;
  const defaults = context.plugins.protocolsOf(draft) ?? pluginDefaults.protocols;
  return {
    id: context.index.idOf(draft),
    name: textOf(fields.name) ?? '',
    instance_name: textOf(fields.instance_name),
    enabled: booleanOf(fields, 'enabled', pluginDefaults.enabled),
    protocols: setOrNull(fields.protocols) ?? defaults,
    config: context.plugins.configOf(draft),
    service: referenceOf(draft, 'service', context),
    route: referenceOf(draft, 'route', context),
    consumer: referenceOf(draft, 'consumer', context),
    consumer_group: referenceOf(draft, 'consumer_group', context),
    ...commonFields(fields, context.now),
    ...notRun(draft, drafts, context),
  };
}

/** What gw keeps of a plugin without acting on it; left out where it is not said. */
function notRun(
  draft: Draft,
  { partials }: DraftSet,
  { index }: BuildContext,
): Pick<Plugin, 'partials' | 'ordering' | 'condition'> {
  const { ordering, condition } = draft.fields;
  const links = readLinks(draft, partials, index);
  return {
    ...(links.length > 0 ? { partials: links } : {}),
    ...(isJsonObject(ordering) ? { ordering } : {}),
    ...(typeof condition === 'string' ? { condition } : {}),
  };
}

interface CommonFields {
  readonly tags: readonly string[] | null;
  readonly created_at: number;
  readonly updated_at: number;
}

function commonFields(fields: JsonObject, now: number): CommonFields {
  const seconds = Math.floor(now / 1000);
  return {
    tags: setOrNull(fields.tags),
    created_at: numberOf(fields, 'created_at', seconds),
    updated_at: numberOf(fields, 'updated_at', seconds),
  };
}

function referenceOf(draft: Draft, field: string, context: BuildContext): EntityRef | null {
  const id = context.references.get(draft)?.ids[field];
  return id === undefined ? null : { id };
}

function numberOf(fields: JsonObject, field: string, fallback: number): number {
  const value = fields[field];
  return typeof value === 'number' ? value : fallback;
}

function booleanOf(fields: JsonObject, field: string, fallback: boolean): boolean {
  const value = fields[field];
  return typeof value === 'boolean' ? value : fallback;
}

function listOrNull(value: JsonValue | undefined): readonly string[] | null {
  return Array.isArray(value) ? textsOf(value as JsonValue).map(([, text]) => text) : null;
}

/** A list that Kong treats as a set: each entry counts once. */
function setOrNull(value: JsonValue | undefined): readonly string[] | null {
  const list = listOrNull(value);
  return list === null ? null : [...new Set(list)];
}

function headersOf(value: JsonValue | undefined): Readonly<Record<string, readonly string[]>> | null {
  if (!isJsonObject(value)) return null;
  return Object.fromEntries(Object.entries(value).map(([name, values]) => [name, listOrNull(values) ?? []]));
}

function endpointsOf(value: JsonValue | undefined): readonly RouteEndpoint[] | null {
  if (!Array.isArray(value)) return null;
  return listOf(value as JsonValue).map((endpoint) => {
    const { ip, port } = topLevel(endpoint);
    return { ip: textOf(ip), port: typeof port === 'number' ? port : null };
  });
}
