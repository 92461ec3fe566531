import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleEditorSchema } from '../../src/config/editor-schema.ts';
import { readSchemaFolder } from '../../src/config/schema-folder.ts';
import { packageRoot } from '../../src/lib/package-info.ts';

// Run after a change of a schema: node dist/test/schemas/write-editor-schema.js
const text = JSON.stringify(bundleEditorSchema(readSchemaFolder()));
writeFileSync(join(packageRoot, 'schemas/kong.schema.json'), `${text}\n`);
