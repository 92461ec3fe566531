import { execFile } from 'node:child_process';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** Where servers that the end-to-end tests download are kept between runs: outside the tree, for this user. */
export const downloadFolder = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'gw-e2e');

const run = promisify(execFile);

/** Whether a command is here and ends well. */
export async function succeeds(command: string, args: readonly string[]): Promise<boolean> {
  try {
    await run(command, args);
    return true;
  } catch {
    return false;
  }
}

/** Why something could not be installed, in one line. */
export function firstLine(error: unknown): string {
  return String(error).split('\n')[0] ?? '';
}
