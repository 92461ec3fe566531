import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/lib/package-info.ts';
import { withRules } from './lint-page.ts';

const file = join(packageRoot, 'docs', 'lint.md');
writeFileSync(file, withRules(readFileSync(file, 'utf8')));
