import type { EntitySet } from '../entities/entity-set.ts';
import { allKinds, type EntityKind, isRunKind } from '../entities/kinds.ts';
import type { JsonObject } from '../lib/json.ts';
import type { PluginCatalog } from '../pdk/catalog.ts';
import type { CheckLookups } from '../pdk/plugin.ts';
import type { RouterFlavor } from '../router/router.ts';
import { buildEntities } from './build-entities.ts';
import { checkEntities } from './load-config.ts';
import type { Diagnostic } from './diagnostic.ts';
import { ConfigDocument } from './document.ts';
import { type Draft, type DraftSet, textOf } from './draft.ts';
import { EntityIndex } from './entity-index.ts';
import { Findings } from './findings.ts';
import { reportNotRun } from './not-run.ts';
import { PluginChecker } from './plugin-config.ts';
import { referredIds } from './store/unique-keys.ts';
import { checkSchemas } from './schema-check.ts';

/** What an entity that comes alone is checked against. */
export interface EntityContext {
  readonly catalog: PluginCatalog;
  /** Milliseconds; becomes the time of what does not say its own. */
  readonly now: number;
  /** See `LoadOptions.allowPlugins`. */
  readonly allowPlugins: readonly string[];
  /** See `LoadOptions.routerFlavor`. */
  readonly routerFlavor: RouterFlavor | null;
  /** Entities around it. */
  readonly lookups: CheckLookups;
}

/** An entity that was checked alone. */
export interface EntityInspection {
  /** As a config has it, with every default; `null` if there is any error. */
  readonly entity: JsonObject | null;
  /** Their paths begin at the entity. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Checks one entity as if it stood in a file of its own, and fills in what it leaves out. It has its id, and references
 * that lead somewhere; whether others are like it is the caller's business.
 */
export function inspectEntity(kind: EntityKind, fields: JsonObject, context: EntityContext): EntityInspection {
  const document = new ConfigDocument({ name: kind, text: '' }, noEnv, { [kind]: [fields] });
  const draft: Draft = { kind, document, path: [kind, 0], given: fields, fields, parent: null };
  const drafts: DraftSet = { ...noDrafts, [kind]: [draft] };
  const findings = new Findings([document]);
  checkSchemas(drafts, findings);
  reportNotRun([document], drafts, findings);
  const index = new EntityIndex(drafts);
  const flavor = context.routerFlavor ?? (textOf(fields.expression) === null ? null : 'expressions');
  checkEntities(drafts, index, { now: context.now, routerFlavor: flavor }, findings);
  const plugins = new PluginChecker(context.catalog, [document], findings, context.allowPlugins, context.lookups);
  if (kind === 'plugins') plugins.check(draft);
  const references = new Map([[draft, { ids: referredIds(kind, fields), isIncomplete: false }]]);
  const entities = findings.hasErrors ? null : buildEntities(drafts, { index, references, plugins, now: context.now });
  return {
    entity: entities === null ? null : onlyOne(entities, kind),
    diagnostics: findings.all().map((finding) => ({ ...finding, path: finding.path.slice(2) })),
  };
}

const noEnv = { env: {}, mockEnv: false };

const noDrafts = Object.fromEntries(allKinds.map((kind) => [kind, []])) as unknown as DraftSet;

function onlyOne(entities: EntitySet, kind: EntityKind): JsonObject | null {
  const list: readonly unknown[] = (isRunKind(kind) ? entities[kind] : entities.others[kind]) ?? [];
  return (list[0] ?? null) as JsonObject | null;
}
