import { stat, readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';

/** Bigger configs are a mistake far more often than a wish. */
const MAX_BYTES = 64 * 1024 * 1024;

/** A stretch of a text in UTF-16 units; `end` is exclusive. */
export interface OffsetRange {
  readonly start: number;
  readonly end: number;
}

/** A config text and what to call it in findings. */
export interface Source {
  /** A path as the user gave it, or `<stdin>`. */
  readonly name: string;
  readonly text: string;
  /** Parts that must never be shown, in order. Known once the text was loaded. */
  readonly secrets?: readonly OffsetRange[];
}

/** Why a config could not be read. The message is one line with what to do. */
export class SourceError extends Error {
  readonly code: 'missing' | 'directory' | 'unreadable' | 'too-large' | 'not-text';
  readonly path: string;

  constructor(code: SourceError['code'], path: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SourceError';
    this.code = code;
    this.path = path;
  }
}

/**
 * Reads a config file; `-` is stdin, called `stdinName` (default `<stdin>`) in findings.
 * @throws {SourceError} when there is no such file, or it is not a text of reasonable size
 */
export async function readSource(path: string, options: { readonly stdinName?: string } = {}): Promise<Source> {
  const name = path === '-' ? (options.stdinName ?? '<stdin>') : path;
  const bytes = path === '-' ? await buffer(process.stdin) : await readBytes(path);
  if (bytes.length > MAX_BYTES) throw tooLarge(name, bytes.length);
  return { name, text: decode(name, bytes) };
}

async function readBytes(path: string): Promise<Buffer> {
  try {
    const { size } = await stat(path);
    if (size > MAX_BYTES) throw tooLarge(path, size);
    return await readFile(path);
  } catch (error) {
    if (error instanceof SourceError) throw error;
    throw readFailure(path, error);
  }
}

function readFailure(path: string, cause: unknown): SourceError {
  const code = (cause as NodeJS.ErrnoException).code ?? 'unknown error';
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return new SourceError('missing', path, `cannot read "${path}": no such file; check the name`, { cause });
  }
  if (code === 'EISDIR') {
    return new SourceError('directory', path, `cannot read "${path}": it is a directory; name a file in it`, { cause });
  }
  if (code === 'EACCES' || code === 'EPERM') {
    const message = `cannot read "${path}": permission denied; make it readable for this user`;
    return new SourceError('unreadable', path, message, { cause });
  }
  return new SourceError('unreadable', path, `cannot read "${path}" (${code})`, { cause });
}

function tooLarge(path: string, bytes: number): SourceError {
  const megabytes = Math.ceil(bytes / (1024 * 1024));
  const message = `cannot read "${path}": ${megabytes} MB is more than the ${MAX_BYTES / (1024 * 1024)} MB a config may have; split it`;
  return new SourceError('too-large', path, message);
}

function decode(path: string, bytes: Buffer): string {
  const isUtf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff);
  if (isUtf16) {
    throw new SourceError('not-text', path, `cannot read "${path}": it is UTF-16 text; save it as UTF-8`);
  }
  if (bytes.includes(0)) {
    throw new SourceError('not-text', path, `cannot read "${path}": it is a binary file; name a YAML or JSON file`);
  }
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new SourceError('not-text', path, `cannot read "${path}": it is not UTF-8 text; save it as UTF-8`, { cause });
  }
}
