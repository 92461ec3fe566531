import { readFileSync } from 'node:fs';
import { fileProblem } from '../lib/file-problem.ts';
import { UsageError } from './usage-error.ts';

/** Where Kong looks for its settings when it is not told. */
const defaultPaths = ['/etc/kong/kong.conf', '/etc/kong.conf'];

/** A settings file: what it says and where it is. */
export interface KongConf {
  readonly path: string;
  readonly values: ReadonlyMap<string, string>;
}

/**
 * Reads a `kong.conf`: `key = value` lines, `#` comments. Without `path` the first of Kong's own places that exists,
 * or `null`.
 * @throws {UsageError} when the named file cannot be read, or a line is neither a comment nor a setting
 */
export function readKongConf(path: string | null): KongConf | null {
  if (path !== null) return parse(path, read(path));
  for (const candidate of defaultPaths) {
    try {
      return parse(candidate, readFileSync(candidate, 'utf8'));
    } catch (error) {
      if (error instanceof UsageError) throw error;
    }
  }
  return null;
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new UsageError(`cannot read settings file "${path}": ${fileProblem(error)}`);
  }
}

function parse(path: string, text: string): KongConf {
  const values = new Map<string, string>();
  for (const [index, line] of text.split(/\r?\n/).entries()) {
    // A `#` inside a value is part of it only when escaped, as Kong reads it.
    const content = line
      .replace(/(^|[^\\])#.*$/, '$1')
      .replaceAll('\\#', '#')
      .trim();
    if (content === '') continue;
    const match = /^([A-Za-z][A-Za-z0-9_]*)\s*=\s*(.*)$/.exec(content);
    if (match?.[1] === undefined) throw new UsageError(`${path}:${index + 1}: expected "key = value"`);
    values.set(match[1].toLowerCase(), match[2] ?? '');
  }
  return { path, values };
}
