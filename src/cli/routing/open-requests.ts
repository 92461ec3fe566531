import { createReadStream } from 'node:fs';
import { once } from 'node:events';
import type { Readable } from 'node:stream';
import { fileProblem } from '../../lib/file-problem.ts';
import { UsageError } from '../usage-error.ts';

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
    throw new UsageError(`cannot read "${file}": ${fileProblem(error)}`);
  }
}
