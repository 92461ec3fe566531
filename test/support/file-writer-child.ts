/** Replaces a file for ever, by a text that is all one digit and as long as that digit says: a test kills it. */
import { readFileSync } from 'node:fs';
import { replaceFile } from '../../src/runtime/replace-file.ts';

const [, , path = ''] = process.argv;

/** The texts of the file: complete ones can be told from all others. */
export function wholeText(digit: number): string {
  return `${String(digit).repeat(20_000 * (1 + digit))}\n`;
}

if (path !== '') {
  for (let turn = 0; ; turn++) {
    await replaceFile(path, Buffer.from(wholeText(turn % 10)), readFileSync(path));
    process.stdout.write('.');
  }
}
