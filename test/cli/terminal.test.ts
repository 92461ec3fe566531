import t from 'tap';
import { formatIssuers } from '../../src/cli/formats/issuers-text.ts';
import { printable, wantsColor } from '../../src/cli/terminal.ts';
import { nearest } from '../../src/lib/nearest.ts';

const terminal = { isTTY: true };
const pipe = {};

t.test('colour: the flag wins, then NO_COLOR, then FORCE_COLOR, then whether it is a terminal', (t) => {
  t.equal(wantsColor('auto', terminal, {}), true);
  t.equal(wantsColor('auto', pipe, {}), false);
  t.equal(wantsColor('auto', terminal, { TERM: 'dumb' }), false);
  t.equal(wantsColor('auto', pipe, { FORCE_COLOR: '1' }), true);
  t.equal(wantsColor('auto', terminal, { FORCE_COLOR: '0' }), false);
  t.equal(wantsColor('auto', terminal, { FORCE_COLOR: '1', NO_COLOR: '1' }), false);
  t.equal(wantsColor('always', pipe, { NO_COLOR: '1' }), true);
  t.equal(wantsColor('never', terminal, { FORCE_COLOR: '1' }), false);
  t.end();
});

t.test('control and bidirectional characters of foreign text never reach the terminal', (t) => {
  t.equal(printable('a\u001b[31mb\nc\u202ed\u0000'), 'a�[31mb�c�d�');
  t.equal(printable('naïve – ünïcode 漢字'), 'naïve – ünïcode 漢字');
  t.end();
});

t.test('issuers: what a provider says about itself cannot forge lines or move the cursor', (t) => {
  const row = {
    id: 'i',
    issuer: 'https://idp.test/\u001b[2J',
    configuration: { token_endpoint: 'https://idp.test/token\nlast error    none' },
    keys: [{ kid: 'k\r1', kty: 'RSA', alg: 'RS256' }],
    gw: { fetched_at: 100, next_refresh: 3700, last_error: { at: 90, message: 'bad\u0007' }, used_by: [] },
  };
  const text = formatIssuers([row], { color: false, now: 160_000 });
  t.notMatch(text, /[\u0000-\u0009\u000b-\u001f]/);
  t.match(text, 'https://idp.test/token�last error    none');
  t.match(text, /document age {2}60 s/);
  t.match(text, /next refresh {2}in 59 min/);
  t.match(text, /last error {4}bad� \(70 s ago\)/);
  t.end();
});

t.test('issuers: rows of an unexpected shape are shown as far as they go', (t) => {
  t.match(formatIssuers([{ issuer: 5, keys: {}, gw: [] }, 'x'], { color: false, now: 0 }), /^5\n/);
  t.match(formatIssuers([], { color: false, now: 0 }), /no issuers/);
  t.end();
});

t.test('did you mean: near words are found, far ones are not', (t) => {
  t.equal(nearest('cient_id', ['client_id', 'client_arg', 'issuer']), 'client_id');
  t.equal(nearest('isuser', ['client_id', 'issuer']), 'issuer', 'a swap is one edit');
  t.equal(nearest('x', ['client_id', 'issuer']), null);
  t.end();
});
