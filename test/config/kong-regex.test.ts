import t from 'tap';
import { whyNotKongRegex } from '../../src/config/plugin-rules/kong-regex.ts';

t.test('regular expressions of PCRE are accepted, also where JavaScript has no such syntax', (t) => {
  const good = [
    '^/a/(\\d+)$',
    '(?i)curl',
    '(?i:wget)x',
    '(?>a+)b',
    'a++b*+c?+',
    '(?P<name>x)(?P=name)',
    '\\Qa(b\\E',
    '(?#why (not)x',
    '[[:alpha:]]+',
    '(?<=a)b(?!c)',
    'https?://[a-z]+\\.example',
    '{vault://env/x}',
  ];
  for (const text of good) t.equal(whyNotKongRegex(text), null, text);
  t.end();
});

t.test('what no engine compiles is refused with the reason', (t) => {
  t.equal(whyNotKongRegex('(a'), 'unterminated group');
  t.equal(whyNotKongRegex('[a'), 'unterminated character class');
  t.equal(whyNotKongRegex('*a'), 'nothing to repeat');
  t.equal(whyNotKongRegex('a)'), "unmatched ')'");
  t.end();
});
