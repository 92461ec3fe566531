import { readFileSync } from 'node:fs';
import { LineCounter } from 'yaml';
import { parseFirstDocument, readFirstDocument } from '../src/config/yaml-syntax.ts';

// Run as a process: reads a file up to YAML nodes and no further, "ours" as gw does, "package" with the yaml package
// alone. Without a file it only loads both.
const [way, file] = process.argv.slice(2);
if (file !== undefined) {
  const read = way === 'ours' ? readFirstDocument : parseFirstDocument;
  const { problems } = read(readFileSync(file, 'utf8'), new LineCounter());
  if (problems.length > 0) throw new Error(problems[0]?.message);
}
