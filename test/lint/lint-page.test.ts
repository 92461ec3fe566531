import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { packageRoot } from '../../src/lib/package-info.ts';
import { lintRules } from '../../src/lint/rules/index.ts';
import { withRules } from './lint-page.ts';

t.test('docs/lint.md describes the rules as they are', async (t) => {
  const page = readFileSync(join(packageRoot, 'docs', 'lint.md'), 'utf8');
  t.equal(page, withRules(page), 'write it anew with: node dist/test/lint/write-lint-page.js');
});

t.test('every rule has a name, texts and a default for each option', async (t) => {
  t.equal(new Set(lintRules.map(({ name }) => name)).size, lintRules.length, 'no name occurs twice');
  for (const { name, title, explanation, options } of lintRules) {
    t.match(name, /^[a-z]+(?:-[a-z]+)*$/);
    t.match(title, /^[^A-Z].*[^.]$/, `${name}: a title is part of a sentence`);
    t.match(explanation, /\.$/, `${name}: an explanation is a sentence`);
    const properties = (options?.properties ?? {}) as Record<string, { default?: unknown; description?: unknown }>;
    for (const [option, schema] of Object.entries(properties)) {
      t.ok('default' in schema && 'description' in schema, `${name}: ${option} has a default and a description`);
    }
  }
});
