import { randomBytes } from 'node:crypto';
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { CacheLog } from './cache-log.ts';
import type { CacheStore } from './cache-store.ts';
import { TableAdapter, type StoreTable, type StoredText } from './table-adapter.ts';
import { ValueSeal } from './value-seal.ts';

const MAX_ENTRIES = 20_000;
const MAX_BYTES = 64 * 1024 * 1024;
/** Changes within this time are written together. */
const WRITE_DELAY_MS = 500;
const OWNER_ONLY = 0o600;

/**
 * Keeps a cache in one file, so that a restart starts warm; no server, no native code. The file belongs to one gateway
 * process. It is replaced as a whole and atomically; one that cannot be read is ignored with a warning.
 *
 * Without a passphrase the key is kept in `<file>.key` (mode 0600): it protects copies of the cache file, not the
 * machine it is on.
 *
 * @throws {Error} when the folder is missing or not writable, or the key file can be read by others
 */
export async function openFileStore(url: string, seal: ValueSeal | null, log: CacheLog): Promise<CacheStore> {
  const path = fileURLToPath(url);
  const ownSeal = seal ?? new ValueSeal(await readOrMakeKey(`${path}.key`));
  const table = new CacheFile(path, log);
  await table.load();
  return {
    name: url,
    isPrivate: false,
    seal: ownSeal,
    mark: null,
    adapter: () => new TableAdapter(table),
    close: () => table.close(),
  };
}

/** The table behind all namespaces, oldest change first, and its file. */
class CacheFile implements StoreTable {
  readonly #path: string;
  readonly #log: CacheLog;
  #entries = new Map<string, StoredText>();
  #bytes = 0;
  #timer: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  #isFailing = false;

  constructor(path: string, log: CacheLog) {
    this.#path = path;
    this.#log = log;
  }

  /** Takes over what the file holds. A missing file is an empty one. */
  async load(): Promise<void> {
    try {
      const entries = JSON.parse(await readFile(this.#path, 'utf8')) as unknown;
      if (!Array.isArray(entries) || !entries.every(isTableRow)) throw new Error('not a cache file');
      for (const [key, text, expiresAt] of entries) this.set(key, { text, expiresAt });
    } catch (error) {
      if (isMissing(error)) return;
      this.#entries = new Map();
      this.#bytes = 0;
      const reason = error instanceof SyntaxError ? 'not JSON' : errorMessage(error);
      this.#log.warn({ file: this.#path, reason }, 'the cache file cannot be used; starting with an empty cache');
    }
  }

  get(key: string): StoredText | undefined {
    return this.#entries.get(key);
  }

  set(key: string, stored: StoredText): void {
    this.delete(key);
    this.#entries.set(key, stored);
    this.#bytes += sizeOf(key, stored);
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= MAX_ENTRIES && this.#bytes <= MAX_BYTES) break;
      this.delete(oldest);
    }
    this.#scheduleWrite();
  }

  delete(key: string): boolean {
    const stored = this.#entries.get(key);
    if (stored === undefined) return false;
    this.#bytes -= sizeOf(key, stored);
    this.#scheduleWrite();
    return this.#entries.delete(key);
  }

  keys(): readonly string[] {
    return [...this.#entries.keys()];
  }

  async close(): Promise<void> {
    if (this.#timer !== null) this.#write();
    await this.#writing;
  }

  #scheduleWrite(): void {
    this.#timer ??= setTimeout(() => {
      this.#write();
    }, WRITE_DELAY_MS).unref();
  }

  #write(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    this.#writing = this.#writing
      .then(() => this.#replaceFile())
      .then(
        () => this.#noteWritten(),
        (error: unknown) => this.#noteFailure(error),
      );
  }

  /** Each change is another attempt: one line for all that fail, one for the first that does not. */
  #noteFailure(error: unknown): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    const reason = errorMessage(error);
    this.#log.warn(
      { file: this.#path, reason },
      'the cache file cannot be written; a restart would not find what is new',
    );
  }

  #noteWritten(): void {
    if (!this.#isFailing) return;
    this.#isFailing = false;
    this.#log.info({ file: this.#path }, 'the cache file is written again');
  }

  async #replaceFile(): Promise<void> {
    const now = Date.now();
    const rows = [...this.#entries]
      .filter(([, { expiresAt }]) => expiresAt === null || expiresAt > now)
      .map(([key, { text, expiresAt }]) => [key, text, expiresAt]);
    // Unique per process: a second gw on the same file must not write into the first one's half.
    const draft = `${this.#path}.${process.pid}.tmp`;
    const file = await open(draft, 'w', OWNER_ONLY);
    try {
      await file.writeFile(JSON.stringify(rows));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, this.#path);
  }
}

type TableRow = readonly [key: string, text: string, expiresAt: number | null];

function isTableRow(row: unknown): row is TableRow {
  if (!Array.isArray(row) || row.length !== 3) return false;
  const [key, text, expiresAt] = row as unknown[];
  return typeof key === 'string' && typeof text === 'string' && (expiresAt === null || typeof expiresAt === 'number');
}

async function readOrMakeKey(path: string): Promise<Buffer> {
  try {
    const key = randomBytes(32);
    await writeFile(path, key.toString('base64url'), { flag: 'wx', mode: OWNER_ONLY });
    return key;
  } catch (error) {
    if (isCode(error, 'ENOSPC')) {
      // What was begun must not be taken for a key at the next start.
      await rm(path, { force: true });
      throw new Error(`cannot make "${path}": the disk is full`, { cause: error });
    }
    if (!isCode(error, 'EEXIST'))
      throw new Error(`cannot make "${path}"; does its folder exist, and may gw write there?`, { cause: error });
  }
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0) throw new Error(`the cache key file "${path}" can be read by others; run chmod 600 on it`);
  const key = Buffer.from(await readFile(path, 'utf8'), 'base64url');
  if (key.length !== 32)
    throw new Error(`the cache key file "${path}" is damaged; delete it to start with an empty cache`);
  return key;
}

function sizeOf(key: string, { text }: StoredText): number {
  return key.length + text.length + 32;
}

function isMissing(error: unknown): boolean {
  return isCode(error, 'ENOENT');
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}

function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
