import type { ConfigDocument } from '../config/document.ts';
import { type Draft, type DraftSet, parentOf, textOf } from '../config/draft.ts';
import { type EntityIndex, readReference } from '../config/entity-index.ts';
import { GivenConfig } from '../config/plugin-given.ts';
import { pluginFacts } from '../config/plugin-schemas.ts';
import { isSecretName, secretProperties } from '../config/secrets.ts';
import type { EntitySet } from '../entities/entity-set.ts';
import type { Route } from '../entities/route.ts';
import { type EntityKind, entityKinds } from '../entities/kinds.ts';
import type { JsonObject, JsonPath } from '../lib/json.ts';
import type { RouterFlavor } from '../router/router.ts';

/** A checked config, as rules get it. */
export interface LintInput {
  readonly documents: readonly ConfigDocument[];
  readonly drafts: DraftSet;
  readonly index: EntityIndex;
  readonly entities: EntitySet;
  readonly routerFlavor: RouterFlavor;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

/** A plugin with what it is attached to; no owner at all means everything. */
export interface ScopedPlugin {
  readonly draft: Draft;
  readonly name: string;
  readonly isEnabled: boolean;
  readonly service: Draft | null;
  readonly route: Draft | null;
  readonly consumer: Draft | null;
  readonly group: Draft | null;
  readonly config: GivenConfig;
}

/** What rules look at, with the questions that several of them ask. Everything is looked up once. */
export class LintContext {
  readonly documents: readonly ConfigDocument[];
  readonly entities: EntitySet;
  /** Routes that requests can reach as far as their service goes: a disabled one takes its routes out. */
  readonly liveRoutes: readonly Route[];
  readonly now: number;
  /** The router that the config is for. */
  readonly routerFlavor: RouterFlavor;
  readonly plugins: readonly ScopedPlugin[];
  /** Fields that the schemas of the plugins in the files mark as secret. */
  readonly secretNames: ReadonlySet<string>;
  /** Those that are attached to nothing. */
  readonly globalPlugins: readonly ScopedPlugin[];
  readonly #drafts: DraftSet;
  readonly #index: EntityIndex;
  readonly #byKey = new Map<string, Draft>();
  readonly #routesOf = new Map<Draft, Draft[]>();
  readonly #pluginsOf = new Map<Draft, ScopedPlugin[]>();

  constructor({ documents, drafts, index, entities, routerFlavor, now }: LintInput) {
    this.documents = documents;
    this.entities = entities;
    const disabled = new Set(entities.services.filter(({ enabled }) => !enabled).map(({ id }) => id));
    this.liveRoutes = entities.routes.filter(({ service }) => service === null || !disabled.has(service.id));
    this.now = now;
    this.routerFlavor = routerFlavor;
    this.#drafts = drafts;
    this.#index = index;
    for (const kind of Object.keys(drafts) as EntityKind[]) this.#indexKind(kind);
    for (const route of this.all('routes')) {
      const service = this.owner(route, 'service');
      if (service !== null) append(this.#routesOf, service, route);
    }
    this.plugins = this.all('plugins').map((draft) => this.#scope(draft));
    const names = new Set(this.plugins.map(({ name }) => name));
    this.secretNames = new Set([...names].flatMap((name) => [...secretProperties(pluginFacts(name)?.schema ?? {})]));
    this.globalPlugins = this.plugins.filter(isGlobal);
    for (const plugin of this.plugins) {
      for (const owner of [plugin.service, plugin.route, plugin.consumer, plugin.group]) {
        if (owner !== null) append(this.#pluginsOf, owner, plugin);
      }
    }
  }

  /** The entities of a kind, nested ones included, in the order of the files. */
  all(kind: EntityKind): readonly Draft[] {
    return this.#drafts[kind];
  }

  /** The entity that has this name or id. */
  find(kind: EntityKind, nameOrId: string): Draft | null {
    return this.#byKey.get(`${kind} ${nameOrId}`) ?? this.#byKey.get(`${kind} ${nameOrId.toLowerCase()}`) ?? null;
  }

  /** The entity that a reference field leads to, by where the entity stands or by what it says. */
  owner(draft: Draft, field: string): Draft | null {
    const parent = parentOf(draft, field);
    if (parent !== null) return parent;
    const kind = entityKinds[draft.kind].references[field];
    const reference = kind === undefined ? null : readReference(draft.fields[field]);
    return kind === undefined || reference === null ? null : this.find(kind, reference.text);
  }

  /** The id an entity has or gets. */
  idOf(draft: Draft): string {
    return this.#index.idOf(draft);
  }

  /** Routes of a service, wherever they stand. */
  routesOf(service: Draft): readonly Draft[] {
    return this.#routesOf.get(service) ?? [];
  }

  /** Plugins that are attached to an entity, whatever else they are attached to. */
  pluginsOf(owner: Draft): readonly ScopedPlugin[] {
    return this.#pluginsOf.get(owner) ?? [];
  }

  /** Plugins that run for a route, unless a consumer has its own: its own, those of its service, the global ones. */
  *pluginsFor(route: Draft): Generator<ScopedPlugin> {
    const service = this.owner(route, 'service');
    const candidates = [
      ...this.pluginsOf(route),
      ...(service === null ? [] : this.pluginsOf(service)),
      ...this.globalPlugins,
    ];
    for (const plugin of candidates) {
      if (plugin.isEnabled && plugin.consumer === null && plugin.group === null) yield plugin;
    }
  }

  /** Whether what stands at a path of a document must not be shown. */
  isSecretPath(path: JsonPath): boolean {
    return path.some((step) => typeof step === 'string' && (this.secretNames.has(step) || isSecretName(step)));
  }

  #indexKind(kind: EntityKind): void {
    const { nameField } = entityKinds[kind];
    for (const draft of this.all(kind)) {
      const name = nameField === null ? null : textOf(draft.fields[nameField]);
      const id = textOf(draft.fields.id) ?? (this.#index.idOf(draft) || null);
      for (const key of [name, id?.toLowerCase() ?? null]) {
        if (key !== null && !this.#byKey.has(`${kind} ${key}`)) this.#byKey.set(`${kind} ${key}`, draft);
      }
    }
  }

  #scope(draft: Draft): ScopedPlugin {
    return {
      draft,
      name: textOf(draft.fields.name) ?? '',
      isEnabled: draft.fields.enabled !== false,
      service: this.owner(draft, 'service'),
      route: this.owner(draft, 'route'),
      consumer: this.owner(draft, 'consumer'),
      group: this.owner(draft, 'consumer_group'),
      config: new GivenConfig(draft, this.documents),
    };
  }
}

/** What people call an entity in a message: `route "orders"`, or only `this route` when it has no name. */
export function nameOf(draft: Draft): string {
  const { label } = entityKinds[draft.kind];
  const key = ['name', 'username', 'custom_id'].find((field) => textOf(draft.fields[field]) !== null);
  return key === undefined ? `this ${label}` : `${label} "${textOf(draft.fields[key]) ?? ''}"`;
}

/** The fields of an entity that the file sets, its own defaults included; `null` counts as not set. */
export function isSet(fields: JsonObject, key: string): boolean {
  const value = fields[key];
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}

function isGlobal({ service, route, consumer, group, draft }: ScopedPlugin): boolean {
  const isAttached = ['service', 'route', 'consumer', 'consumer_group'].some((field) => isSet(draft.fields, field));
  return !isAttached && service === null && route === null && consumer === null && group === null;
}

function append<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
