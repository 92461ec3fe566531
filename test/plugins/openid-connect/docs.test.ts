import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { packageRoot } from '../../../src/lib/package-info.ts';
import { openidConnectCodes } from '../../../src/plugins/openid-connect/codes.ts';
import { fieldSupport } from '../../../src/plugins/openid-connect/implemented-fields.ts';

const page = readFileSync(join(packageRoot, 'docs/openid-connect.md'), 'utf8');
const [run = '', notRun = ''] = page.split('## What is not run yet');
const words = new Set(run.match(/[a-z_]+/g));

t.test('the page explains every field that gw runs', (t) => {
  for (const [name, support] of Object.entries(fieldSupport)) {
    if (support === 'runs') t.ok(words.has(name), name);
  }
  t.end();
});

t.test('the page lists every other field beside its consequence', (t) => {
  for (const [name, support] of Object.entries(fieldSupport)) {
    const row = notRun.split('\n').find((line) => line.includes(`\`${name}\``));
    if (support === 'runs') t.equal(row, undefined, name);
    else if (support !== 'no-effect-here') t.ok(row?.startsWith(`| ${support.missing} |`), name);
    else t.ok(row !== undefined, name);
  }
  t.end();
});

t.test('the page lists every code of the checks', (t) => {
  const codes = [...page.matchAll(/^\| `([a-z-]+\/[a-z-]+)` \|/gm)].map(([, code]) => code);
  t.same(codes.sort(), [...Object.keys(openidConnectCodes), 'plugin/deprecated', 'plugin/not-implemented'].sort());
  t.end();
});
