import { writeFile } from 'node:fs/promises';
import { printResult } from './terminal.ts';
import { fileProblem } from '../lib/file-problem.ts';
import { UsageError } from './usage-error.ts';

/**
 * Writes a result to a file, or to stdout when `file` is `null`. `mode` is that of a file that is new.
 * @throws {UsageError} when the file cannot be written
 */
export async function writeOutput(text: string, file: string | null, mode = 0o666): Promise<void> {
  if (file === null) {
    printResult(text);
    return;
  }
  try {
    await writeFile(file, text, { mode });
  } catch (error) {
    throw new UsageError(
      `cannot write "${file}": ${fileProblem(error)}`,
      'name a file in a folder that exists and can be written to',
    );
  }
}
