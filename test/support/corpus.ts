import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigDocument } from '../../src/config/document.ts';
import { loadConfig, type LoadResult } from '../../src/config/load-config.ts';
import { packageRoot } from '../../src/lib/package-info.ts';
import { pluginCatalog } from '../../src/plugins/registry.ts';

/** One mistake that a file of the corpus is known to have. */
export interface StatedError {
  /** Steps joined by dots, list positions from 0; `@entity` marks a rule about several fields. */
  readonly path: string;
  readonly message: string;
}

/** An entry of the corpus index, as far as tests read it. */
export interface CorpusEntry {
  readonly file: string;
  readonly label: 'valid' | 'invalid';
  /** `kong`: any checker should agree. `deck`: only decK's own rules refuse it. */
  readonly profile: string;
  readonly format_version: string;
  /** What the file has at its top, as far as the index says. */
  readonly top_keys?: readonly string[];
  readonly errors?: readonly StatedError[];
  readonly entities?: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;
}

const folder = join(packageRoot, '../shared/corpus');
const indexFile = join(folder, 'index.json');

/** The files of the corpus; `null` when it is not on this machine. */
export function corpusEntries(): readonly CorpusEntry[] | null {
  if (!existsSync(indexFile)) return null;
  return JSON.parse(readFileSync(indexFile, 'utf8')) as readonly CorpusEntry[];
}

/** The text of a file of the corpus. */
export function corpusText(file: string): string {
  return readFileSync(join(folder, file), 'utf8');
}

/** A moment at which the certificates of the corpus are valid, except the one that is meant not to be. */
export const corpusTime = Date.UTC(2026, 0, 1);

/** Loads a text as `gw validate --mock-env` does. */
export function loadText(name: string, text: string): LoadResult {
  return loadConfig([{ name, text }], { catalog: pluginCatalog, now: corpusTime, mockEnv: true });
}

/** The text as a document, for looking up places. */
export function documentOf(name: string, text: string): ConfigDocument {
  return new ConfigDocument({ name, text }, { env: {}, mockEnv: true });
}
