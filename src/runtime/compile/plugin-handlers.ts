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
  readonly table: PluginTable;
  /** Plugins that came, or were built anew; with nothing to run when they are idle now. */
  readonly built: ReadonlyMap<string, ConfiguredPlugin | null>;
  /** What is left out: what `built` replaces, and what the config has no more. */
  readonly left: readonly ConfiguredPlugin[];
  /** Closes what was built, when it is not to be used after all. */
  readonly discard: () => void;
}

interface Held {
  readonly configured: ConfiguredPlugin;
  readonly scope: string;
  /** `null`: all. */
  readonly looksAt: readonly RunKind[] | null;
  /** The first snapshot that has it. */
  readonly born: number;
}

/**
 * The handlers of the plugins of a config. A change builds anew only those whose plugin changed, whose scope has another
 * name, or that look at entities of a kind that changed: the others go on, with all that they hold.
 */
export class PluginHandlers {
  readonly #context: HandlerContext;
  readonly #lifetimes: Lifetimes;
  readonly #held = new Map<string, Held>();
  #table = new PluginTable([]);
  /** Kinds that some handler looks at. */
  #lookedAt: ReadonlySet<RunKind> = new Set();
  /** Whether some handler looks at entities of all kinds. */
  #looksAtAll = false;

  constructor(context: HandlerContext, lifetimes: Lifetimes) {
    this.#context = context;
    this.#lifetimes = lifetimes;
  }

  /** The plugins of the last config. */
  get table(): PluginTable {
    return this.#table;
  }

  /** Builds what must be built, and changes nothing yet. @throws what a plugin throws that cannot be built */
  plan(changes: HandlerChanges): HandlerPlan {
    const built = new Map<string, ConfiguredPlugin | null>();
    const discard = (): void => {
      for (const configured of built.values()) void closeQuietly(configured);
    };
    try {
      for (const plugin of this.#toBuild(changes)) built.set(plugin.id, this.#build(plugin, changes));
    } catch (error) {
      discard();
      throw error;
    }
    const { plugins } = changes;
    const gone = plugins.removed.filter(({ id }) => !built.has(id)).map(({ id }) => id);
    const left = [...built.keys(), ...gone].flatMap((id) => this.#held.get(id)?.configured ?? []);
    const isSame = plugins.added.length === 0 && plugins.removed.length === 0 && built.size === 0;
    const table = isSame ? this.#table : this.#tableOf(changes.after.plugins, built, new Set(gone));
    return { table, built, left, discard };
  }

  /** Makes a plan true. @param born number of the snapshot it is for */
  commit({ table, built, left }: HandlerPlan, nameOf: NameLookup, born: number): void {
    for (const { plugin, handler } of left) {
      const held = this.#held.get(plugin.id);
      if (held === undefined) continue;
      this.#held.delete(plugin.id);
      void this.#lifetimes.leaveOut(held.born, async () => handler.close?.());
    }
    for (const configured of built.values()) {
      if (configured === null) continue;
      const { plugin } = configured;
      const [scope, looksAt] = [scopeText(plugin, nameOf), this.#looksAt(plugin)];
      this.#held.set(plugin.id, { configured, scope, looksAt, born });
    }
    if (table === this.#table) return;
    this.#table = table;
    const held = [...this.#held.values()];
    this.#lookedAt = new Set(held.flatMap(({ looksAt }) => looksAt ?? []));
    this.#looksAtAll = held.some(({ looksAt }) => looksAt === null);
  }

  #toBuild({ before, after, plugins, renamed, nameOf }: HandlerChanges): readonly Plugin[] {
    const build = [...plugins.added];
    const changed = new Set(runKinds.filter((kind) => before[kind] !== after[kind]));
    const isAnything = changed.size > 0 || before.others !== after.others;
    const isLookedAt = (this.#looksAtAll && isAnything) || [...changed].some((kind) => this.#lookedAt.has(kind));
    const isRenamed = [...renamed].some((id) => this.#table.refersTo(id));
    if (!isLookedAt && !isRenamed) return build;
    const known = new Set([...plugins.added, ...plugins.removed].map(({ id }) => id));
    for (const { configured, scope, looksAt } of this.#held.values()) {
      const { plugin } = configured;
      if (known.has(plugin.id)) continue;
      const isConcerned = looksAt === null ? isAnything : looksAt.some((kind) => changed.has(kind));
      if (isConcerned || (isRenamed && scopeText(plugin, nameOf) !== scope)) build.push(plugin);
    }
    return build;
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

  #looksAt({ name, config }: Plugin): readonly RunKind[] | null {
    return this.#context.catalog.get(name)?.looksAt?.(config) ?? null;
  }

  #tableOf(
    plugins: readonly Plugin[],
    built: ReadonlyMap<string, ConfiguredPlugin | null>,
    gone: ReadonlySet<string>,
  ): PluginTable {
    const all: ConfiguredPlugin[] = [];
    for (const { id } of plugins) {
      const anew = built.get(id);
      const configured = anew === undefined && !gone.has(id) ? this.#held.get(id)?.configured : anew;
      if (configured !== undefined && configured !== null) all.push(configured);
    }
    return new PluginTable(all);
  }
}

/** Handlers live longer than the config they were built with, and must not keep alive what they do not look at. */
function onlyKinds(entities: EntitySet, kinds: readonly RunKind[]): EntitySet {
  return { ...emptyEntitySet, ...Object.fromEntries(kinds.map((kind) => [kind, entities[kind]])) };
}

async function closeQuietly(configured: ConfiguredPlugin | null): Promise<void> {
  try {
    await configured?.handler.close?.();
  } catch {
    // What was built for a config that never came into force has nobody who could be told.
  }
}
