import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/** True when `text` has `*` or `?` in it, so that it may stand for several files. */
export function isGlob(text: string): boolean {
  return /[*?]/.test(text);
}

/**
 * The files that match, sorted. `*` and `?` stay within a name, `**` spans folders; names with a leading dot match
 * only when the pattern spells the dot. For patterns that no shell expanded, such as quoted ones.
 */
export function expandGlob(pattern: string): readonly string[] {
  const isAbsolute = pattern.startsWith('/');
  const steps = pattern.split('/').filter((step) => step !== '');
  const found = new Set<string>();
  walk(isAbsolute ? '/' : '', steps, found);
  return [...found].sort();
}

function walk(folder: string, steps: readonly string[], found: Set<string>): void {
  const [step, ...rest] = steps;
  if (step === undefined) return;
  if (step === '**') {
    walk(folder, rest, found);
    for (const entry of list(folder)) {
      if (entry.isFolder && !entry.name.startsWith('.')) walk(join(folder, entry.name), steps, found);
    }
    return;
  }
  for (const entry of matching(folder, step)) {
    const path = join(folder, entry.name);
    if (rest.length > 0) {
      if (entry.isFolder) walk(path, rest, found);
    } else if (!entry.isFolder) found.add(path);
  }
}

interface FolderEntry {
  readonly name: string;
  readonly isFolder: boolean;
}

function matching(folder: string, step: string): readonly FolderEntry[] {
  if (step === '.' || step === '..') return [{ name: step, isFolder: true }];
  const pattern = new RegExp(
    `^${step
      .replace(/[.+^${}()|[\]\\]/g, '\\$&')
      .replaceAll('*', '.*')
      .replaceAll('?', '.')}$`,
    's',
  );
  return list(folder).filter(({ name }) => pattern.test(name) && (!name.startsWith('.') || step.startsWith('.')));
}

/** What a folder holds; nothing when it cannot be read. Links count as what they point to. */
function list(folder: string): readonly FolderEntry[] {
  try {
    return readdirSync(folder === '' ? '.' : folder, { withFileTypes: true }).map((entry) => ({
      name: entry.name,
      isFolder: entry.isSymbolicLink() ? isFolder(join(folder, entry.name)) : entry.isDirectory(),
    }));
  } catch {
    return [];
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}
