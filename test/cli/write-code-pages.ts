import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { packageRoot } from '../../src/lib/package-info.ts';
import { codePages } from './code-pages.ts';

// Run after a change of a table of codes: node dist/test/cli/write-code-pages.js
const folder = join(packageRoot, 'docs/codes');
rmSync(folder, { recursive: true, force: true });
for (const [name, text] of codePages()) {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}
