import { watch, type FSWatcher } from 'node:fs';
import { basename, dirname } from 'node:path';
import type { Diagnostic } from '../config/diagnostic.ts';
import { inspectConfig, type Inspection, type LoadResult } from '../config/load-config.ts';
import { readSource, type Source, SourceError } from '../config/source.ts';
import type { EntitySet } from '../entities/entity-set.ts';
import { mainKinds } from '../entities/kinds.ts';
import type { Logger } from '../pdk/log.ts';
import type { RouterFlavor } from '../router/router.ts';
import type { ConfigStatus, ReloadOutcome } from './config-status.ts';
import type { Gateway } from './gateway.ts';
import { CertificateError } from './listen/certificate-table.ts';

/** Editors and ConfigMaps change a file in several steps; a reload waits until they are quiet for this long. */
const SETTLE_MS = 150;

export interface ConfigManagerOptions {
  readonly log: Logger;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** See `LoadOptions.allowPlugins`. */
  readonly allowPlugins?: readonly string[];
  /** See `LoadOptions.routerFlavor`; the gateway has it from its own settings. */
  readonly routerFlavor?: RouterFlavor | null;
  /** Called after every attempt but the first, for tests and tools. */
  readonly onReload?: (outcome: ReloadOutcome) => void;
}

/**
 * Brings config files into a gateway, at start and again on SIGHUP, on a change on disk, or through the Admin API.
 * A config with errors changes nothing: the running one keeps serving, and the failure is logged and shown.
 */
export class ConfigManager {
  readonly #gateway: Gateway;
  readonly #files: readonly string[];
  readonly #options: ConfigManagerOptions;
  readonly #watchers: FSWatcher[] = [];
  #settling: NodeJS.Timeout | null = null;
  /** Reloads run one after the other, in the order they were asked for. */
  #queue: Promise<unknown> = Promise.resolve();
  #running: ConfigStatus['running'];
  #lastFailure: ConfigStatus['lastFailure'] = null;
  #sources: readonly Source[] = [];
  readonly #listeners: ((inspection: Inspection) => void)[] = [];
  #isOwn: (sources: readonly Source[]) => boolean = () => false;

  constructor(gateway: Gateway, files: readonly string[], options: ConfigManagerOptions) {
    this.#gateway = gateway;
    this.#files = files;
    this.#options = options;
    this.#running = { hash: gateway.snapshot.hash, loadedAt: this.#now(), sources: [] };
  }

  get status(): ConfigStatus {
    return { running: this.#running, lastFailure: this.#lastFailure };
  }

  /** The texts of the config in force; empty before the first one. */
  get sources(): readonly Source[] {
    return this.#sources;
  }

  /** What configs are checked against, beside the plugins of the gateway. */
  get rules(): { readonly allowPlugins: readonly string[]; readonly routerFlavor: RouterFlavor | null } {
    const { allowPlugins = [], routerFlavor = null } = this.#options;
    return { allowPlugins, routerFlavor };
  }

  /** Calls `listener` whenever a config was loaded and is in force, also one that changed nothing. */
  onLoad(listener: (inspection: Inspection) => void): void {
    this.#listeners.push(listener);
  }

  /** Reloads of texts that are told apart by `isOwn` change nothing: we wrote them, and they are in force. */
  ignore(isOwn: (sources: readonly Source[]) => boolean): void {
    this.#isOwn = isOwn;
  }

  /** Runs a task while no reload runs, after those that were asked for before. */
  exclusively<Result>(task: () => Promise<Result>): Promise<Result> {
    const result = this.#queue.then(task);
    this.#queue = result.catch(() => undefined);
    return result;
  }

  /** Reads texts as a config of this gateway, and does nothing with it. */
  inspect(sources: readonly Source[]): Inspection {
    const { catalog } = this.#gateway;
    return inspectConfig(sources, { catalog, now: this.#now(), env: this.#options.env, ...this.rules });
  }

  /** Applies a config that was loaded by somebody else and has no errors. */
  adopt(inspection: Inspection): ReloadOutcome {
    return this.#settle(inspection, inspection.sources.map(({ name }) => name).join(', '));
  }

  /** Why a text is no config that can run; `null` when it is one. Changes nothing but what {@link status} tells. */
  checkText(text: string, name: string): ReloadOutcome | null {
    const result = this.inspect([{ name, text }]);
    return result.entities === null ? this.#reject(result, name) : null;
  }

  /** Takes note that the running config was changed otherwise than by loading one. */
  noteChange(hash: string): void {
    this.#running = { ...this.#running, hash };
  }

  /** Takes note of the texts that say what runs, when they were written instead of loaded. */
  noteSources(sources: readonly Source[]): void {
    this.#sources = sources;
  }

  /** The first load. Applies it if it has no errors; what to do about errors is the caller's business. @throws {SourceError} {CertificateError} */
  async load(): Promise<LoadResult> {
    const result = this.inspect(await this.#read());
    if (result.entities !== null) this.#apply(result, result.entities);
    return result;
  }

  /** Reads the files again. Never throws. */
  reload(reason: string): Promise<ReloadOutcome> {
    const outcome = this.#queue.then(() => this.#reload(reason));
    this.#queue = outcome;
    return outcome;
  }

  /** Applies a config that came as text (`POST /config`). Throws nothing a user can cause. */
  loadText(text: string, name: string): ReloadOutcome {
    return this.#settle(this.inspect([{ name, text }]), name);
  }

  /** Reloads whenever a file changes. The folders are watched, since files are often replaced, not written. */
  watch(): void {
    const names = new Map<string, Set<string>>();
    for (const file of this.#files) {
      const folder = dirname(file);
      names.set(folder, (names.get(folder) ?? new Set()).add(basename(file)));
    }
    for (const [folder, files] of names) {
      const watcher = watch(folder, (_event, name) => {
        // Kubernetes swaps the link `..data`, not the file itself.
        if (name === null || files.has(name) || name.startsWith('..')) this.#scheduleReload();
      });
      watcher.on('error', (error) =>
        this.#options.log.error({ folder, err: error }, 'cannot watch for changes any more'),
      );
      this.#watchers.push(watcher);
    }
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close();
    if (this.#settling !== null) clearTimeout(this.#settling);
  }

  #scheduleReload(): void {
    if (this.#settling !== null) clearTimeout(this.#settling);
    this.#settling = setTimeout(() => {
      this.#settling = null;
      void this.reload('a configuration file changed');
    }, SETTLE_MS);
  }

  async #reload(reason: string): Promise<ReloadOutcome> {
    this.#options.log.info({ reason }, 'reloading the configuration');
    let outcome: ReloadOutcome;
    try {
      const sources = await this.#read();
      outcome = this.#isOwn(sources)
        ? this.#keep(sources)
        : this.#settle(this.inspect(sources), this.#files.join(', '));
    } catch (error) {
      if (!(error instanceof SourceError)) throw error;
      outcome = { kind: 'unreadable', message: error.message };
      this.#fail(error.message, []);
    }
    this.#options.onReload?.(outcome);
    return outcome;
  }

  /** The files say what runs already: we wrote them. */
  #keep(sources: readonly Source[]): ReloadOutcome {
    const { entities, hash } = this.#gateway.snapshot;
    const counts = Object.fromEntries(mainKinds.map((kind) => [kind, entities[kind].length])) as LoadResult['counts'];
    this.#lastFailure = null;
    return { kind: 'unchanged', hash, result: { entities, hash, diagnostics: [], sources, counts } };
  }

  #settle(result: Inspection, name: string): ReloadOutcome {
    if (result.entities === null || result.hash === null) return this.#reject(result, name);
    try {
      return { kind: this.#apply(result, result.entities), hash: result.hash, result };
    } catch (error) {
      const message = error instanceof Error ? error.message : 'the config cannot be compiled';
      // A certificate is a mistake of the config; anything else is one of ours, or of a plugin.
      if (!(error instanceof CertificateError)) this.#options.log.error({ err: error }, 'a config cannot be compiled');
      this.#fail(message, []);
      return { kind: 'unreadable', message };
    }
  }

  #reject(result: LoadResult, name: string): ReloadOutcome {
    const errors = result.diagnostics.filter(({ severity }) => severity === 'error');
    this.#fail(`${name} has ${errors.length === 1 ? '1 error' : `${errors.length} errors`}`, result.diagnostics);
    return { kind: 'rejected', result };
  }

  #apply(result: Inspection, entities: EntitySet): 'applied' | 'unchanged' {
    const hash = result.hash ?? '';
    const kind = this.#gateway.apply(entities, hash);
    this.#lastFailure = null;
    this.#sources = result.sources;
    this.#running = { hash, loadedAt: this.#now(), sources: result.sources.map(({ name }) => name) };
    this.#options.log.info(
      { hash, ...result.counts },
      kind === 'applied' ? 'configuration applied' : 'configuration unchanged',
    );
    for (const listener of this.#listeners) listener(result);
    return kind;
  }

  #fail(message: string, diagnostics: readonly Diagnostic[]): void {
    this.#lastFailure = { at: this.#now(), message, diagnostics };
    this.#options.log.error({ problem: message, running: this.#running.hash }, 'the old configuration stays in force');
    for (const { severity, code, message: text, file, range } of diagnostics) {
      if (severity === 'error') {
        this.#options.log.error({ code, at: `${file}:${range.start.line}:${range.start.column}` }, text);
      }
    }
  }

  #read(): Promise<Source[]> {
    return Promise.all(this.#files.map((file) => readSource(file)));
  }

  #now(): number {
    return this.#gateway.host.clock.now();
  }
}
