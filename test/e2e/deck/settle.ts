import { readFile } from 'node:fs/promises';
import { loadConfig } from '../../../src/config/load-config.ts';
import { pluginCatalog } from '../../../src/plugins/registry.ts';
import { corpusTime } from '../../support/corpus.ts';
import { changesOf, type Deck, type DeckResult, total } from './command.ts';

/** How far a file got: `settled`, or the step that it failed, with what was said there. */
export interface Outcome {
  readonly step:
    | 'settled'
    | 'reset'
    | 'validate'
    | 'sync'
    | 'second sync'
    | 'diff'
    | 'dump'
    | 'load the dump'
    | 'sync the dump'
    | 'restore'
    | 'diff of all';
  readonly reason: string;
}

/**
 * Does with a file what its author would: validates and syncs it, finds nothing more to do, dumps it, and finds that
 * the dump is a config that changes nothing, and one that brings everything back.
 * @param dump a file to write, which must not be there
 */
export async function settle(deck: Deck, file: string, dump: string): Promise<Outcome> {
  const steps: readonly (readonly [Outcome['step'], () => Promise<string | null>])[] = [
    ['reset', async () => failure(await deck.run('reset', '--force'))],
    ['validate', async () => failure(await deck.run('validate', file))],
    ['sync', async () => failure(await deck.run('sync', file))],
    ['second sync', async () => anyChange(await deck.run('sync', file))],
    ['diff', async () => anyChange(await deck.run('diff', '--non-zero-exit-code', file))],
    ['dump', async () => failure(await deck.run('dump', '-o', dump))],
    ['load the dump', () => loadError(dump)],
    ['sync the dump', async () => anyChange(await deck.run('sync', dump))],
    ['restore', async () => failure(await deck.run('reset', '--force')) ?? failure(await deck.run('sync', dump))],
    ['diff of all', async () => anyChange(await deck.run('diff', '--non-zero-exit-code', dump))],
  ];
  for (const [step, run] of steps) {
    const reason = await run();
    if (reason !== null) return { step, reason };
  }
  return { step: 'settled', reason: '' };
}

function failure({ code, stdout, stderr }: DeckResult): string | null {
  return code === 0 ? null : `${stderr}${stdout}`;
}

function anyChange(result: DeckResult): string | null {
  const changes = changesOf(result);
  return changes !== null && result.code === 0 && total(changes) === 0 ? null : `${result.stderr}${result.stdout}`;
}

/** What `gw start` would say of it. */
async function loadError(file: string): Promise<string | null> {
  const source = { name: file, text: await readFile(file, 'utf8') };
  const { diagnostics } = loadConfig([source], { catalog: pluginCatalog, now: corpusTime, env: {} });
  const error = diagnostics.find(({ severity }) => severity === 'error');
  return error === undefined ? null : `${error.code}: ${error.message}`;
}
