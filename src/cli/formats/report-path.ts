import { isAbsolute, relative, resolve, sep } from 'node:path';

/** What stdin is called when nobody gave it a name. */
const unnamed = /^<.*>$/;

/**
 * A file as other tools look it up: relative to `root`, with `/`. A file outside stays absolute, and what is no file
 * (`<stdin>`) as it is.
 */
export function reportPath(file: string, root: string): string {
  if (unnamed.test(file)) return file;
  const path = relative(root, resolve(file));
  const isOutside = path === '..' || path.startsWith(`..${sep}`) || isAbsolute(path);
  return (isOutside ? resolve(file) : path).split(sep).join('/');
}
