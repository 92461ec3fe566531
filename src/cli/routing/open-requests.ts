import { createReadStream } from 'node:fs';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { UsageError } from '../usage-error.ts';

const reasons: Readonly<Record<string, string>> = {
  ENOENT: 'no such file; check the name',
  EISDIR: 'it is a directory; name a file in it',
  EACCES: 'permission denied; make it readable for this user',
};

/**
 * Opens a file of requests, `-` being stdin.
 * @throws {UsageError} when it cannot be read
 */
export async function openRequests(file: string): Promise<Readable> {
  if (file === '-') return process.stdin;
  const stream = createReadStream(file);
  try {
    await once(stream, 'readable');
    return stream;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? 'unknown error';
    throw new UsageError(`cannot read "${file}": ${reasons[code] ?? code}`);
  }
}
