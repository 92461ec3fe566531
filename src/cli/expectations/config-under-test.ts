import { dirname, isAbsolute, join, relative } from 'node:path';
import type { Diagnostic } from '../../config/diagnostic.ts';
import { entityAt } from '../../config/findings.ts';
import { type Inspection, inspectConfig, maskSources, secretSchemas } from '../../config/load-config.ts';
import type { Source } from '../../config/source.ts';
import { pluginCatalog } from '../../plugins/registry.ts';
import type { RouterFlavor } from '../../router/router.ts';
import { flavorFor } from '../../router/router-flavor.ts';
import { findConfigFiles } from '../config-files.ts';
import { RoutingModel } from '../routing/routing-model.ts';
import { readSources } from '../validate-config.ts';
import { configBeside } from './find-test-files.ts';

/** How configs under test are read. */
export interface ConfigOptions {
  /** Files that replace what test files say; empty: none do. */
  readonly configs: readonly string[];
  /** What the flag or the environment states; a test file's own word wins. */
  readonly routerFlavor: RouterFlavor | null;
  /** Fill in variables of the environment; else placeholders stand for them. */
  readonly env: boolean;
  readonly allowPlugins: readonly string[];
}

/** A config that tests are about. */
export interface ConfigUnderTest {
  /** The files, for people. */
  readonly label: string;
  /** `null` when the config has errors. */
  readonly model: RoutingModel | null;
  readonly errors: readonly Diagnostic[];
  /** Texts of the config, with what must not be shown. */
  readonly sources: readonly Source[];
  /** Ids of routes that some test reached. */
  readonly reached: Set<string>;
  /** A finding at the route with this id. */
  findingAt(routeId: string, finding: Pick<Diagnostic, 'code' | 'severity' | 'message' | 'hint'>): Diagnostic | null;
}

/** Loads configs, each once however many test files are about it. */
export class ConfigLoader {
  readonly #options: ConfigOptions;
  readonly #loaded = new Map<string, Promise<ConfigUnderTest>>();

  constructor(options: ConfigOptions) {
    this.#options = options;
  }

  /**
   * The config of a test file that names `configs`, which are relative to its folder.
   * @throws {UsageError} when there is none, or it cannot be read
   */
  async load(testFile: string, configs: readonly string[], flavor: RouterFlavor | null): Promise<ConfigUnderTest> {
    const files = this.#filesOf(testFile, configs);
    const stated = flavor ?? this.#options.routerFlavor;
    const key = JSON.stringify([files, stated]);
    let config = this.#loaded.get(key);
    if (config === undefined) {
      config = this.#read(files, stated);
      this.#loaded.set(key, config);
    }
    return await config;
  }

  #filesOf(testFile: string, configs: readonly string[]): readonly string[] {
    if (this.#options.configs.length > 0) return findConfigFiles(this.#options.configs, null);
    if (configs.length === 0) return [configBeside(testFile)];
    const folder = testFile === '-' ? '.' : dirname(testFile);
    return findConfigFiles(
      configs.map((file) => (isAbsolute(file) ? file : relative('.', join(folder, file)) || '.')),
      null,
    );
  }

  async #read(files: readonly string[], stated: RouterFlavor | null): Promise<ConfigUnderTest> {
    const { env, allowPlugins } = this.#options;
    const inspection = inspectConfig(await readSources(files), {
      catalog: pluginCatalog,
      now: Date.now(),
      env: env ? process.env : {},
      mockEnv: !env,
      allowPlugins,
      routerFlavor: stated,
    });
    const { entities, documents, plugins, drafts, diagnostics } = inspection;
    return {
      label: files.join(', '),
      model: entities === null ? null : new RoutingModel(entities, flavorFor(entities, stated)),
      errors: diagnostics.filter(({ severity }) => severity === 'error'),
      sources: maskSources(documents, secretSchemas(plugins, drafts)),
      reached: new Set(),
      findingAt: (routeId, finding) => findingAt(inspection, routeId, finding),
    };
  }
}

function findingAt(
  { drafts, index }: Inspection,
  routeId: string,
  finding: Pick<Diagnostic, 'code' | 'severity' | 'message' | 'hint'>,
): Diagnostic | null {
  const draft = drafts.routes.find((candidate) => index.idOf(candidate) === routeId);
  if (draft === undefined) return null;
  const { document, path } = draft;
  const at = Object.hasOwn(draft.given, 'name') ? [...path, 'name'] : path;
  const { range } = document.locate(at, 'value');
  return { ...finding, file: document.source.name, range, path: at, entity: entityAt(document, path) };
}
