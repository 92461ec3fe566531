import { emptyEntitySet, type EntitySet } from '../entities/entity-set.ts';
import { allKinds, type EntityKind, mainKinds } from '../entities/kinds.ts';
import { once } from '../lib/once.ts';
import type { PluginCatalog } from '../pdk/catalog.ts';
import type { RouterFlavor } from '../router/router.ts';
import { buildEntities } from './build-entities.ts';
import type { CheckContext } from './checks/check.ts';
import { crossChecks, entityChecks } from './checks/index.ts';
import { checkRouteOrder } from './checks/route-order.ts';
import { hashEntities } from './config-hash.ts';
import { configSchemasIn } from './config-schemas.ts';
import type { JsonSchema } from '../lib/json.ts';
import type { Diagnostic } from './diagnostic.ts';
import { ConfigDocument } from './document.ts';
import { collectDrafts, type Draft, type DraftSet, textOf } from './draft.ts';
import { EntityIndex } from './entity-index.ts';
import { Findings } from './findings.ts';
import { checkFormat, createPrepare, lookupKinds } from './format.ts';
import { checkStreamPlugins } from './checks/stream-route.ts';
import { reportNotRun } from './not-run.ts';
import { PluginChecker } from './plugin-config.ts';
import { type ResolvedReferences, resolveReferences } from './references.ts';
import { checkFiles, checkSchemas } from './schema-check.ts';
import { secretProperties, secretRanges } from './secrets.ts';
import type { Source } from './source.ts';
import { checkUniqueness } from './uniqueness.ts';

/** What a config is checked against. */
export interface LoadOptions {
  /** The plugins this gateway runs. */
  readonly catalog: PluginCatalog;
  /** Milliseconds; becomes the creation time of entities that do not say theirs. */
  readonly now: number;
  /** Variables for `${{ env "DECK_…" }}`. Default: none. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Put placeholders where a variable is not set, instead of reporting it. Default: false. */
  readonly mockEnv?: boolean;
  /** Names of plugins that nobody here knows and a config may hold all the same. Default: none. */
  readonly allowPlugins?: readonly string[];
  /** Kong's `router_flavor`. Default: not stated; then routes of all flavors are accepted. */
  readonly routerFlavor?: RouterFlavor | null;
}

/** Entities by kind; beside the main ones only kinds that occur. */
export type EntityCounts = Readonly<Record<(typeof mainKinds)[number], number> & Partial<Record<EntityKind, number>>>;

/** What came of loading. */
export interface LoadResult {
  /** `null` if there is any error. */
  readonly entities: EntitySet | null;
  /** In the order of the sources and of their texts. */
  readonly diagnostics: readonly Diagnostic[];
  /** The texts, with the parts that must not be shown. */
  readonly sources: readonly Source[];
  /** See `config-hash.ts`; `null` when `entities` is. */
  readonly hash: string | null;
  /** Entities in the files, whether or not they have errors. */
  readonly counts: EntityCounts;
}

/** A load with what it went through, for rules that look at what the author wrote. */
export interface Inspection extends LoadResult {
  /** One per source, in their order, unreadable ones included. */
  readonly documents: readonly ConfigDocument[];
  readonly drafts: DraftSet;
  readonly index: EntityIndex;
  /** What the references of each draft lead to. */
  readonly references: ReadonlyMap<Draft, ResolvedReferences>;
  /** The configs of the plugins, with defaults. */
  readonly plugins: PluginChecker;
  /** The router the config is for: as stated, else what its routes need. */
  readonly routerFlavor: RouterFlavor;
}

/**
 * Turns config texts into checked entities; several sources are one config. Pure: no network, no files, no clock.
 * Every step reports what it finds and goes on as far as it can, so one run finds everything.
 */
export function loadConfig(sources: readonly Source[], options: LoadOptions): LoadResult {
  return inspectConfig(sources, options);
}

/** The same, with the drafts and positions that led there. */
export function inspectConfig(sources: readonly Source[], options: LoadOptions): Inspection {
  const env = { env: options.env ?? {}, mockEnv: options.mockEnv ?? false };
  const documents = sources.map((source) => new ConfigDocument(source, env));
  const findings = new Findings(documents);
  const readable = documents.filter((document) => document.isReadable);
  checkFormat(readable, findings);
  checkFiles(readable, findings);
  const drafts = collectDrafts(readable, createPrepare(readable));
  checkSchemas(drafts, findings);
  const index = new EntityIndex(drafts);
  const routerFlavor = options.routerFlavor ?? neededFlavor(drafts);
  checkEntities(drafts, index, { now: options.now, routerFlavor }, findings);
  const outside = { kinds: lookupKinds(readable), isPartial: readable.length < documents.length };
  const references = resolveReferences(drafts, index, outside, findings);
  checkUniqueness(drafts, index, references, findings);
  const plugins = new PluginChecker(options.catalog, readable, findings, options.allowPlugins ?? [], {
    consumer: (name) => index.find('consumers', name) !== null,
    certificate: (id) => index.findById('certificates', id) !== null,
    caCertificate: (id) => index.findById('ca_certificates', id) !== null,
    isPartial:
      outside.isPartial ||
      (['consumers', 'certificates', 'ca_certificates'] as const).some((kind) => outside.kinds.has(kind)),
  });
  for (const draft of drafts.plugins) plugins.check(draft);
  checkStreamPlugins(drafts, index, (plugin) => plugins.definitionOf(plugin) !== null, findings);
  reportNotRun(readable, drafts, findings);
  const context = { index, references, plugins, now: options.now };
  if (!findings.hasErrors && routerFlavor !== 'traditional') {
    checkRouteOrder(drafts, context, routerFlavor ?? 'traditional_compatible', findings);
  }
  // A check alone needs neither the entities nor their hash, and both cost time.
  const entities = once(() => (findings.hasErrors ? null : buildEntities(drafts, context)));
  const hash = once(() => (findings.hasErrors ? null : hashEntities(entities() ?? emptyEntitySet)));
  const diagnostics = findings.sorted();
  return {
    get entities() {
      return entities();
    },
    get hash() {
      return hash();
    },
    diagnostics,
    sources:
      diagnostics.length === 0
        ? documents.map(({ source }) => source)
        : maskSources(documents, secretSchemas(plugins, drafts)),
    counts: countDrafts(drafts),
    documents,
    drafts,
    index,
    references,
    plugins,
    routerFlavor: routerFlavor ?? 'traditional_compatible',
  };
}

/** Checks each entity for what its schema cannot say, and those that only make sense together. */
export function checkEntities(drafts: DraftSet, index: EntityIndex, context: CheckContext, findings: Findings): void {
  for (const kind of allKinds) {
    const check = entityChecks[kind];
    if (check !== undefined) for (const draft of drafts[kind]) check(draft, findings, context);
  }
  for (const check of crossChecks) check(drafts, index, findings);
}

/** What the routes need when nobody states it; see `flavorFor`. */
function neededFlavor(drafts: DraftSet): RouterFlavor | null {
  return drafts.routes.some(({ fields }) => textOf(fields.expression) !== null) ? 'expressions' : null;
}

/** Schemas of the configs in the files, which say what is secret there. */
export function secretSchemas(plugins: PluginChecker, drafts: DraftSet): Iterable<JsonSchema> {
  return [...plugins.schemas, ...configSchemasIn(drafts)];
}

/** The texts of the documents with the parts that must not be shown. Only needed when something will be shown. */
export function maskSources(documents: readonly ConfigDocument[], schemas: Iterable<JsonSchema>): readonly Source[] {
  const marked = new Set([...schemas].flatMap((schema) => [...secretProperties(schema)]));
  return documents.map((document) => ({ ...document.source, secrets: secretRanges(document, marked) }));
}

function countDrafts(drafts: DraftSet): EntityCounts {
  const main: readonly EntityKind[] = mainKinds;
  const counted = allKinds.filter((kind) => main.includes(kind) || drafts[kind].length > 0);
  return Object.fromEntries(counted.map((kind) => [kind, drafts[kind].length])) as EntityCounts;
}
