import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { access } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** What a run of decK left. */
export interface DeckResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What a sync or a diff said it changed, or would. */
export interface Changes {
  readonly created: number;
  readonly updated: number;
  readonly deleted: number;
}

/** Where `.ci/run` builds it. */
const program = join(homedir(), 'go', 'bin', 'deck');

/** Why decK cannot be run here; `null` when it can. */
export async function whyNoDeck(): Promise<string | null> {
  try {
    await access(program);
    return null;
  } catch {
    return `there is no decK: ${program} (see .ci/run)`;
  }
}

/** decK, driving one Admin API. */
export class Deck {
  readonly #adminUrl: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #command: readonly [string, ...string[]];

  /**
   * @param env what files read with `${{ env "DECK_…" }}`
   * @param niceness 19 gives way to all other processes, on a core that it shares with what measures
   */
  constructor(adminUrl: string, env: Readonly<Record<string, string>> = {}, niceness = 0) {
    this.#adminUrl = adminUrl;
    this.#env = env;
    this.#command = niceness === 0 ? [program] : ['nice', '-n', String(niceness), program];
  }

  /** Runs `deck gateway …` to its end. */
  async run(...args: readonly string[]): Promise<DeckResult> {
    const options = ['--kong-addr', this.#adminUrl, '--analytics=false', '--no-color'];
    // Not the environment of whoever runs the tests: it may name another gateway.
    const env = { HOME: '/nonexistent', PATH: process.env.PATH, ...this.#env };
    const [command, ...before] = this.#command;
    const all = [...before, 'gateway', ...args, ...options];
    const child = spawn(command, all, { stdio: ['ignore', 'pipe', 'pipe'], env });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => (stdout += chunk));
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => (stderr += chunk));
    const kill = (): void => void child.kill('SIGKILL');
    process.once('exit', kill);
    const [code] = (await once(child, 'close')) as [number | null];
    process.off('exit', kill);
    return { code, stdout, stderr };
  }
}

/** The summary at the end of a sync, an apply or a diff; `null` when there is none, as after a failure. */
export function changesOf({ stdout }: DeckResult): Changes | null {
  const count = (word: string): number | null => {
    const found = new RegExp(`^ *${word}: (\\d+)$`, 'm').exec(stdout);
    return found === null ? null : Number(found[1]);
  };
  const [created, updated, deleted] = [count('Created'), count('Updated'), count('Deleted')];
  return created === null || updated === null || deleted === null ? null : { created, updated, deleted };
}

/** How many entities that is. */
export function total({ created, updated, deleted }: Changes): number {
  return created + updated + deleted;
}
