import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { packageRoot } from '../../src/lib/package-info.ts';
import { openApiText } from './openapi/text.ts';

// Run after a change of endpoints or schemas: node dist/test/admin/write-openapi.js
writeFileSync(join(packageRoot, 'docs/openapi.yaml'), openApiText());
