import { readFileSync } from 'node:fs';
import { LineCounter } from 'yaml';
import { parseFirstDocument } from '../src/config/yaml-syntax.ts';

// Run as a process: reads a file as gw does, up to YAML nodes and no further. Without a file it only loads the parser.
const [file] = process.argv.slice(2);
if (file !== undefined) {
  const { problems } = parseFirstDocument(readFileSync(file, 'utf8'), new LineCounter());
  if (problems.length > 0) throw new Error(problems[0]?.message);
}
