import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import t from 'tap';
import { packageRoot } from '../../src/lib/package-info.ts';
import { corpusEntries, type CorpusEntry } from '../support/corpus.ts';
import { startCli } from '../support/run-cli.ts';
import { Deck, whyNoDeck } from './deck/command.ts';
import { expectations } from './deck/expectations.ts';
import { DeckScenarios } from './deck/scenarios.ts';
import { type Outcome, settle } from './deck/settle.ts';

// The real decK drives the Admin API of a gateway that was started with no file.

/** What files of the corpus read from the environment. */
const env = { DECK_BARR: 'barr', DECK_BAZZ: 'bazz', DECK_SVC1_HOST: 'host.test', DECK_SVC1_HOSTNAME: 'name.test' };

const corpus = corpusEntries();
const folder = mkdtempSync(join(tmpdir(), 'gw-deck-'));
t.teardown(() => rmSync(folder, { recursive: true, force: true }));

const reason = await whyNoDeck();
if (reason === null) await runAll();
else void t.test('with decK', { skip: `SKIPPED: ${reason}` }, () => undefined);

async function runAll(): Promise<void> {
  await t.test('commands and flags', (t) => new DeckScenarios(folder).run(t));
  await t.test('files of the corpus settle', { skip: corpus === null && 'SKIPPED: there is no corpus' }, async (t) => {
    const files = (corpus ?? []).filter(isForGateways).map(({ file }) => file);
    const outcomes = await settleAll(files);
    const counts = new Map<string, number>();
    for (const [file, outcome] of outcomes) {
      const expected = expectations.find((entry) => entry.file.test(file)) ?? null;
      const step = expected?.step ?? 'settled';
      const reason = outcome.step === step ? (expected?.reason ?? '') : told(outcome);
      t.comment(`${outcome.step.padEnd(14)} ${basename(file)}  ${reason}`);
      t.equal(outcome.step, step, `${basename(file)}: ${reason}`);
      counts.set(outcome.step, (counts.get(outcome.step) ?? 0) + 1);
    }
    t.comment([...counts].map(([step, count]) => `${step}: ${count}`).join(', '));
  });
}

/** What decK said, in one line. */
function told({ reason }: Outcome): string {
  return reason
    .trim()
    .replaceAll(/\s*\n\s*/g, ' | ')
    .slice(0, 400);
}

/** decK 1.28 and later send only this format to a gateway, and files for Konnect not at all. */
function isForGateways({ label, format_version, top_keys = [] }: CorpusEntry): boolean {
  return label === 'valid' && format_version === '3.0' && !top_keys.includes('_konnect');
}

/** Two at a time, each gateway serving one file after the other. */
async function settleAll(files: readonly string[]): Promise<ReadonlyMap<string, Outcome>> {
  const outcomes = new Map<string, Outcome>(files.map((file) => [file, { step: 'reset', reason: 'not run' }]));
  const left = [...files.entries()].reverse();
  const work = async (): Promise<void> => {
    const gateway = await startCli([]);
    const deck = new Deck(gateway.adminUrl, env);
    for (let next = left.pop(); next !== undefined; next = left.pop()) {
      const [index, file] = next;
      const path = join(packageRoot, '../shared/corpus', file);
      outcomes.set(file, await settle(deck, path, join(folder, `dump-${index}.yaml`)));
    }
    await gateway.stop();
  };
  await Promise.all([work(), work()]);
  return outcomes;
}
