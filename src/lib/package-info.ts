import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder that holds `package.json`, `schemas/` and `bin/`, wherever the compiled code runs from. */
export const packageRoot: string = findRoot(dirname(fileURLToPath(import.meta.url)));

/** gw's own version, as in `package.json`. */
export const version: string = readVersion();

function findRoot(start: string): string {
  let folder = start;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`no package.json above "${start}"`);
    folder = parent;
  }
  return folder;
}

function readVersion(): string {
  const manifest = JSON.parse(readFileSync(join(packageRoot, 'package.json'), 'utf8')) as { version: string };
  return manifest.version;
}
