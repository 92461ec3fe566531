import t from 'tap';
import type { Diagnostic } from '../../src/config/diagnostic.ts';
import { applySeverities, matchesCode, parseSeverityOverride } from '../../src/config/severities.ts';

const start = { line: 1, column: 1, offset: 0 };
const finding = (code: string): Diagnostic => ({
  code,
  severity: 'warning',
  message: 'm',
  file: 'kong.yml',
  range: { start, end: start },
  path: [],
  entity: null,
});

t.test('a code, a group or everything can be given a severity; the last one counts', (t) => {
  const overrides = ['*=info', 'yaml/*=error', 'yaml/tab=off'].map((text) => parseSeverityOverride(text));
  const given = overrides.filter((override) => override !== null);
  const changed = applySeverities(['yaml/tab', 'yaml/empty', 'route/regex'].map(finding), given);
  t.strictSame(
    changed.map(({ code, severity }) => `${code} ${severity}`),
    ['yaml/empty error', 'route/regex info'],
  );
  t.end();
});

t.test('a group is a whole group', (t) => {
  t.ok(matchesCode('yaml/*', 'yaml/tab'));
  t.notOk(matchesCode('yam/*', 'yaml/tab'));
  t.notOk(matchesCode('yaml', 'yaml/tab'));
  t.notOk(matchesCode('yaml/ta*', 'yaml/tab'));
  t.end();
});

t.test('what is no override is refused', (t) => {
  for (const text of ['', 'yaml/tab', 'yaml/tab=', 'yaml/tab=loud', '=off', 'a=b=off', 'yaml/tab = off']) {
    t.equal(parseSeverityOverride(text), null, text);
  }
  t.end();
});
