import { emptyEntitySet, type EntitySet } from '../../entities/entity-set.ts';
import { type RunKind, runKinds } from '../../entities/kinds.ts';
import type { Plugin } from '../../entities/plugin.ts';
import type { ListChanges } from '../../lib/list-changes.ts';
import type { PluginCatalog } from '../../pdk/catalog.ts';
import type { PluginDefinition, PluginHost } from '../../pdk/plugin.ts';
import type { ConfiguredPlugin } from '../plugin-chain.ts';
import { type NameLookup, scopeText } from '../plugin-scope.ts';
import type { Lifetimes } from './lifetimes.ts';
import { PluginTable } from './plugin-table.ts';

/** What is needed to build handlers. */
export interface HandlerContext {
  readonly catalog: PluginCatalog<PluginDefinition>;
  readonly host: PluginHost;
}

/** How one config differs from the one before, as far as handlers go by it. */
export interface HandlerChanges {
  readonly before: EntitySet;
  readonly after: EntitySet;
  readonly plugins: ListChanges<Plugin>;
  /** Entities that came, went or have another name, by id. */
  readonly renamed: ReadonlySet<string>;
  /** Among the entities of `after`. */
  readonly nameOf: NameLookup;
}

/** What a change of the config makes of the handlers. */
export interface HandlerPlan {
  /** What is left out: plugins that are gone, and those that are built anew. */
  readonly removed: readonly ConfiguredPlugin[];
  readonly added: readonly ConfiguredPlugin[];
  /** Closes what was built, and makes everything as it was before, when the change is not to be. */
  readonly discard: () => void;
}

interface Held {
  readonly configured: ConfiguredPlugin;
  readonly scope: string;
  /** The first snapshot that has it. */
  readonly born: number;
}

/**
 * The handlers of the plugins of a config. A change builds anew only those whose plugin changed, whose scope has another
 * name, or that look at entities of a kind that changed: the others go on, with all that they hold.
 */
export class PluginHandlers {
  readonly table = new PluginTable();
  readonly #context: HandlerContext;
  readonly #lifetimes: Lifetimes;
  /** By the id of the plugin, as all that follows. */
  readonly #held = new Map<string, Held>();
  /** By what they look at; {@link ANYTHING} for those that look at all. */
  readonly #onlookers = new Map<RunKind | typeof ANYTHING, Map<string, ConfiguredPlugin>>();
  /** Those that look at the certificates of clients. */
  #wanting: ReadonlyMap<string, Plugin> = new Map();

  constructor(context: HandlerContext, lifetimes: Lifetimes) {
    this.#context = context;
    this.#lifetimes = lifetimes;
  }

  /** Plugins that look at the certificates of clients; another object when they are others. */
  get wanting(): ReadonlyMap<string, Plugin> {
    return this.#wanting;
  }

  /** Builds what must be built, for the table already. @throws what a plugin throws that cannot be built */
  plan(changes: HandlerChanges): HandlerPlan {
    const added: ConfiguredPlugin[] = [];
    const outdated = this.#outdated(changes);
    try {
      for (const plugin of [...changes.plugins.added, ...outdated.map((configured) => configured.plugin)]) {
        const configured = this.#build(plugin, changes);
        if (configured !== null) added.push(configured);
      }
    } catch (error) {
      for (const configured of added) void closeQuietly(configured);
      throw error;
    }
    const gone = changes.plugins.removed.flatMap(({ id }) => this.#held.get(id)?.configured ?? []);
    const change = { removed: [...gone, ...outdated], added };
    this.table.change(change);
    return {
      ...change,
      discard: () => {
        this.table.undo(change);
        for (const configured of added) void closeQuietly(configured);
      },
    };
  }

  /** Makes a plan true. @param born number of the snapshot it is for */
  commit({ removed, added }: HandlerPlan, nameOf: NameLookup, born: number): void {
    for (const { plugin, handler } of removed) {
      const { id } = plugin;
      const held = this.#held.get(id);
      if (held === undefined) continue;
      this.#held.delete(id);
      for (const kind of this.#looksAt(plugin) ?? [ANYTHING]) this.#onlookers.get(kind)?.delete(id);
      void this.#lifetimes.leaveOut(held.born, async () => handler.close?.());
    }
    for (const configured of added) {
      const { plugin } = configured;
      this.#held.set(plugin.id, { configured, scope: scopeText(plugin, nameOf), born });
      for (const kind of this.#looksAt(plugin) ?? [ANYTHING]) {
        const onlookers = this.#onlookers.get(kind) ?? new Map<string, ConfiguredPlugin>();
        this.#onlookers.set(kind, onlookers.set(plugin.id, configured));
      }
    }
    this.#noteWanting(removed, added);
  }

  /** Handlers whose plugin is as it was, but what they were built with is not. */
  #outdated({ before, after, plugins, renamed, nameOf }: HandlerChanges): readonly ConfiguredPlugin[] {
    const outdated = new Set<ConfiguredPlugin>();
    const look = (kind: RunKind | typeof ANYTHING): void => {
      for (const configured of this.#onlookers.get(kind)?.values() ?? []) outdated.add(configured);
    };
    const changed = runKinds.filter((kind) => before[kind] !== after[kind]);
    for (const kind of changed) look(kind);
    if (changed.length > 0 || before.others !== after.others) look(ANYTHING);
    for (const id of renamed) {
      for (const configured of this.table.pluginsFor(id)) {
        const { plugin } = configured;
        if (this.#held.get(plugin.id)?.scope !== scopeText(plugin, nameOf)) outdated.add(configured);
      }
    }
    if (outdated.size === 0) return [];
    const gone = new Set(plugins.removed.map(({ id }) => id));
    return [...outdated].filter(({ plugin }) => !gone.has(plugin.id));
  }

  /** `null` for what gw does not run, or is off; the config check has warned about the former. */
  #build(plugin: Plugin, { after, nameOf }: HandlerChanges): ConfiguredPlugin | null {
    const { catalog, host } = this.#context;
    const definition = catalog.get(plugin.name);
    if (!plugin.enabled || definition === undefined) return null;
    const kinds = this.#looksAt(plugin);
    const entities = kinds === null ? after : onlyKinds(after, kinds);
    const instance = { id: plugin.id, scope: scopeText(plugin, nameOf), entities };
    return { plugin, priority: definition.priority, handler: definition.create(plugin.config, host, instance) };
  }

  /** `null`: everything. */
  #looksAt({ name, config }: Plugin): readonly RunKind[] | null {
    return this.#context.catalog.get(name)?.looksAt?.(config) ?? null;
  }

  #noteWanting(removed: readonly ConfiguredPlugin[], added: readonly ConfiguredPlugin[]): void {
    const { catalog } = this.#context;
    const wants = ({ plugin }: ConfiguredPlugin): boolean =>
      catalog.get(plugin.name)?.wantsClientCertificate?.(plugin.config) === true;
    const [gone, come] = [removed.filter(wants), added.filter(wants)];
    if (gone.length === 0 && come.length === 0) return;
    const wanting = new Map(this.#wanting);
    for (const { plugin } of gone) wanting.delete(plugin.id);
    for (const { plugin } of come) wanting.set(plugin.id, plugin);
    this.#wanting = wanting;
  }
}

const ANYTHING = 'anything';

/** Handlers live longer than the config they were built with, and must not keep alive what they do not look at. */
function onlyKinds(entities: EntitySet, kinds: readonly RunKind[]): EntitySet {
  return { ...emptyEntitySet, ...Object.fromEntries(kinds.map((kind) => [kind, entities[kind]])) };
}

async function closeQuietly({ handler }: ConfiguredPlugin): Promise<void> {
  try {
    await handler.close?.();
  } catch {
    // What was built for a config that never came into force has nobody who could be told.
  }
}
