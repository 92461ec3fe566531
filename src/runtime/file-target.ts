import type { EntityChange } from '../config/edit/entity-change.ts';
import { editConfig } from '../config/edit/edit-config.ts';
import type { Inspection } from '../config/load-config.ts';
import { type Source, SourceError } from '../config/source.ts';
import type { EntitySet } from '../entities/entity-set.ts';
import { fileProblem } from '../lib/file-problem.ts';
import type { PluginCatalog } from '../pdk/catalog.ts';
import type { Logger } from '../pdk/log.ts';
import { FileChanged } from './replace-file.ts';
import { readSourceFile, type SourceFile, writeSourceFile } from './source-files.ts';
import type { CommitOutcome, WriteTarget } from './write-target.ts';

/** What files are written with. */
export interface FileTargetOptions {
  /** As the config was loaded from them, in this order. */
  readonly files: readonly string[];
  readonly catalog: PluginCatalog;
  /** Variables for templates, as they were when the files were loaded. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Reads texts as the files are read. */
  readonly load: (sources: readonly Source[]) => Inspection;
  readonly log: Logger;
}

/**
 * Keeps the entities of mode `file` in the config files. Each file is replaced as a whole, so that a crash leaves the
 * old or the new one; of several files that one commit changes, a crash may leave some old and some new.
 */
export class FileTarget implements WriteTarget {
  readonly #options: FileTargetOptions;
  #inspection: Inspection | null = null;
  /** What the last write changed, and what was known before it. */
  #last: { readonly written: readonly Written[]; readonly before: Inspection | null } = { written: [], before: null };

  constructor(options: FileTargetOptions) {
    this.#options = options;
  }

  adopt(inspection: Inspection): void {
    this.#inspection = inspection;
  }

  holds(sources: readonly Source[]): boolean {
    const known = this.#inspection?.documents.map(({ source }) => source.text) ?? [];
    return known.length === sources.length && known.every((text, index) => text === withoutMark(sources[index]?.text));
  }

  async commit(changes: readonly EntityChange[], candidate: EntitySet): Promise<CommitOutcome> {
    return await this.#guarded(async (files) => {
      const { catalog, env, load, log } = this.#options;
      const inspection = this.#inspection;
      if (inspection === null || !this.holds(files.map(({ source }) => source))) return this.#reloaded(files);
      const result = editConfig(inspection, changes, candidate, { catalog, env, load });
      if (result.kind === 'refused') return { ...result, status: 409 };
      this.#noteWritten(await writeAll(files, result.sources), result.inspection);
      for (const at of result.lost) log.warn({ at }, 'a reference to the environment or a vault gave way to a value');
      return { kind: 'written', inspection: result.inspection };
    });
  }

  async replaceText(text: string): Promise<CommitOutcome> {
    return await this.#guarded(async (files) => {
      const [file] = files;
      if (file === undefined || files.length > 1) {
        return refused(`the config consists of ${files.length} files: one text cannot take their place`);
      }
      if (/\.json$/i.test(file.path) && !isJson(text)) {
        return refused(`"${file.path}" is a JSON file: post the config as JSON`);
      }
      if (!this.holds([file.source])) return this.#reloaded(files);
      const inspection = this.#options.load([{ name: file.source.name, text: withoutMark(text) }]);
      if (inspection.entities === null) return refused(errorIn(inspection));
      this.#noteWritten(await writeAll([file], [{ name: file.source.name, text: withoutMark(text) }]), inspection);
      return { kind: 'written', inspection };
    });
  }

  async undo(): Promise<boolean> {
    const { written, before } = this.#last;
    this.#inspection = before;
    this.#last = { written: [], before };
    return await restore(written);
  }

  #noteWritten(written: readonly Written[], inspection: Inspection): void {
    this.#last = { written, before: this.#inspection };
    this.#inspection = inspection;
  }

  /** Reads the files and does something with them; when they change meanwhile, they are read anew. */
  async #guarded(step: (files: readonly SourceFile[]) => Promise<CommitOutcome>): Promise<CommitOutcome> {
    try {
      try {
        return await step(await this.#read());
      } catch (error) {
        if (!(error instanceof FileChanged)) throw error;
        return this.#reloaded(await this.#read());
      }
    } catch (error) {
      if (error instanceof SourceError) return refused(error.message);
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      const message = `the change cannot be written to ${this.#options.files.join(', ')}: ${fileProblem(error)}; the old config runs on`;
      return { kind: 'refused', change: null, status: 500, message };
    }
  }

  async #read(): Promise<readonly SourceFile[]> {
    return await Promise.all(this.#options.files.map(readSourceFile));
  }

  /** What somebody else made of the files. */
  #reloaded(files: readonly SourceFile[]): CommitOutcome {
    const inspection = this.#options.load(files.map(({ source }) => source));
    if (inspection.entities === null) return refused(errorIn(inspection));
    return { kind: 'changed', inspection };
  }
}

/** A file that has another text now than `file` says. */
interface Written {
  readonly file: SourceFile;
  readonly text: string;
}

/** When one of several cannot be written, those before it get their old text back. @returns those that changed */
async function writeAll(files: readonly SourceFile[], sources: readonly Source[]): Promise<readonly Written[]> {
  const written: Written[] = [];
  try {
    for (const [index, file] of files.entries()) {
      const text = sources[index]?.text;
      if (text === undefined || text === file.source.text) continue;
      await writeSourceFile(file, text);
      written.push({ file, text });
    }
  } catch (error) {
    await restore(written);
    throw error;
  }
  return written;
}

/** Gives files their old texts back, unless somebody has changed them since. @returns whether all have them */
async function restore(written: readonly Written[]): Promise<boolean> {
  let isRestored = true;
  for (const { file, text } of [...written].reverse()) {
    try {
      const now = await readSourceFile(file.path);
      if (now.source.text === text) await writeSourceFile(now, file.source.text);
      else isRestored = false;
    } catch {
      isRestored = false;
    }
  }
  return isRestored;
}

function refused(message: string): CommitOutcome {
  return { kind: 'refused', change: null, status: 409, message };
}

function errorIn({ diagnostics }: Inspection): string {
  const error = diagnostics.find(({ severity }) => severity === 'error');
  const at = error === undefined ? '' : `: ${error.file}:${error.range.start.line}: ${error.message}`;
  return `the config files were changed and have an error, so nothing is written to them${at}`;
}

function withoutMark(text: string | undefined): string {
  return text?.startsWith('\uFEFF') === true ? text.slice(1) : (text ?? '');
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
