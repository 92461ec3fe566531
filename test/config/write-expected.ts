import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { findingsOf, fixtureFolder } from './fixture-findings.ts';

// Writes what the named fixtures get today, to be read before it is committed:
// node dist/test/config/write-expected.js NAME…
for (const name of process.argv.slice(2)) {
  writeFileSync(join(fixtureFolder, name, 'expected.json'), `${JSON.stringify(findingsOf(name), null, 2)}\n`);
}
