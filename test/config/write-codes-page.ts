import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { codesPage } from '../../src/config/diagnostic-codes.ts';
import { packageRoot } from '../../src/lib/package-info.ts';

// Run after a change of the table of codes: node dist/test/config/write-codes-page.js
writeFileSync(join(packageRoot, 'docs/codes.md'), codesPage());
