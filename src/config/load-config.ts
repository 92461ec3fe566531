import type { EntitySet } from '../entities/entity-set.ts';
import type { PluginCatalog } from '../pdk/catalog.ts';
import { buildEntities } from './build-entities.ts';
import { checkConsumer } from './checks/consumer.ts';
import { checkRoute } from './checks/route.ts';
import { checkService } from './checks/service.ts';
import { hashEntities } from './config-hash.ts';
import type { JsonSchema } from '../lib/json.ts';
import type { Diagnostic } from './diagnostic.ts';
import { ConfigDocument } from './document.ts';
import { collectDrafts, type DraftSet } from './draft.ts';
import { EntityIndex } from './entity-index.ts';
import { Findings } from './findings.ts';
import { checkFormat, createPrepare, lookupKinds } from './format.ts';
import { reportNotRun } from './not-run.ts';
import { PluginChecker } from './plugin-config.ts';
import { resolveReferences } from './references.ts';
import { checkSchema } from './schema-check.ts';
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
}

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
  readonly counts: Readonly<Record<'services' | 'routes' | 'consumers' | 'plugins', number>>;
}

/**
 * Turns config texts into checked entities; several sources are one config. Pure: no network, no files, no clock.
 * Every step reports what it finds and goes on as far as it can, so one run finds everything.
 */
export function loadConfig(sources: readonly Source[], options: LoadOptions): LoadResult {
  const env = { env: options.env ?? {}, mockEnv: options.mockEnv ?? false };
  const documents = sources.map((source) => new ConfigDocument(source, env));
  const findings = new Findings(documents);
  const readable = documents.filter((document) => document.isReadable);
  checkFormat(readable, findings);
  checkSchema(readable, findings);
  const drafts = collectDrafts(readable, createPrepare(readable));
  const index = new EntityIndex(drafts, readable);
  const outside = { kinds: lookupKinds(readable), isPartial: readable.length < documents.length };
  const references = resolveReferences(drafts, index, outside, findings);
  checkUniqueness(drafts, index, references, findings);
  checkEntities(drafts, findings);
  const plugins = new PluginChecker(options.catalog, readable, findings, options.allowPlugins ?? []);
  for (const draft of drafts.plugins) plugins.check(draft);
  reportNotRun(readable, drafts, findings);
  const context = { index, references, plugins, now: options.now };
  const entities = findings.hasErrors ? null : buildEntities(drafts, context);
  const diagnostics = findings.sorted();
  return {
    entities,
    diagnostics,
    sources: diagnostics.length === 0 ? documents.map(({ source }) => source) : maskSources(documents, plugins.schemas),
    hash: entities === null ? null : hashEntities(entities),
    counts: countDrafts(drafts),
  };
}

function checkEntities(drafts: DraftSet, findings: Findings): void {
  for (const draft of drafts.services) checkService(draft, findings);
  for (const draft of drafts.routes) checkRoute(draft, findings);
  for (const draft of drafts.consumers) checkConsumer(draft, findings);
}

/** Only needed when something will be shown. */
function maskSources(documents: readonly ConfigDocument[], schemas: Iterable<JsonSchema>): readonly Source[] {
  const marked = new Set([...schemas].flatMap((schema) => [...secretProperties(schema)]));
  return documents.map((document) => ({ ...document.source, secrets: secretRanges(document, marked) }));
}

function countDrafts({ services, routes, consumers, plugins }: DraftSet): LoadResult['counts'] {
  return {
    services: services.length,
    routes: routes.length,
    consumers: consumers.length,
    plugins: plugins.length,
  };
}
