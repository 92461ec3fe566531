import t from 'tap';
import { formatIssuers } from '../../src/cli/formats/issuers-text.ts';

/** The line of a row with this label. */
function line(gw: Record<string, unknown>, label: string): string | undefined {
  const text = formatIssuers([{ issuer: 'https://idp.test', gw } as never], { color: false, now: 1_000_000 });
  return text
    .split('\n')
    .find((one) => one.trim().startsWith(label))
    ?.trim()
    .slice(label.length)
    .trim();
}

t.test('clocks: not compared, in step, ahead, behind', (t) => {
  t.equal(line({ clock_skew_ms: null }, 'clock'), 'not compared yet');
  t.equal(line({ clock_skew_ms: 0 }, 'clock'), 'in step');
  t.equal(line({ clock_skew_ms: 61_234 }, 'clock'), '61.2 s ahead of ours, at least');
  t.equal(line({ clock_skew_ms: -7200 }, 'clock'), '7.2 s behind ours, at least');
  const loud = formatIssuers([{ gw: { clock_skew_ms: 5001 } }, { gw: { clock_skew_ms: 4999 } }], {
    color: true,
    now: 0,
  });
  t.equal(loud.split('\u001b[31m').length, 2, 'only what is worth a warning is red');
  t.end();
});

t.test('key sets say how many keys they have and when they were fetched, or that nobody has needed them', (t) => {
  const fetched = { uri: 'https://idp.test/keys', keys: 2, fetched_at: 940 };
  t.equal(line({ key_sets: [fetched] }, 'key sets'), 'https://idp.test/keys  2 keys, 60 s ago');
  t.equal(line({ key_sets: [{ ...fetched, fetched_at: null }] }, 'key sets'), 'https://idp.test/keys  not fetched yet');
  t.equal(line({ key_sets: [] }, 'key sets'), 'none');
  t.end();
});

t.test('a gateway of another version, which counts other things, is shown as far as it goes', (t) => {
  t.match(line({ counters: { token_calls: 3 } }, 'asked'), /^tokens 3, introspection -/);
  t.match(line({}, 'callers'), /^hits -/);
  t.end();
});
