import { access, constants, readFile, readlink, realpath, stat } from 'node:fs/promises';
import { dirname, join, parse, sep } from 'node:path';
import { readSource, type Source } from '../config/source.ts';
import { removeLeftovers, replaceFile } from './replace-file.ts';

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/** A config file as it is on disk. */
export interface SourceFile {
  readonly path: string;
  readonly bytes: Buffer;
  /** Without the byte order mark. */
  readonly source: Source;
}

/** Reads a config file with nothing left out. @throws {SourceError} */
export async function readSourceFile(path: string): Promise<SourceFile> {
  try {
    const bytes = await readFile(path);
    // A text that is no UTF-8 is left to the reader that has the words for it.
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    if (!text.includes('\0')) return { path, bytes, source: { name: path, text } };
  } catch {
    // As above.
  }
  const source = await readSource(path);
  return { path, bytes: Buffer.from(source.text), source };
}

/** Writes another text into a file that holds `file`; a byte order mark stays. Errors: see `replaceFile`. */
export async function writeSourceFile(file: SourceFile, text: string): Promise<void> {
  const hasMark = file.bytes.subarray(0, byteOrderMark.length).equals(byteOrderMark);
  const content = Buffer.concat([hasMark ? byteOrderMark : Buffer.alloc(0), Buffer.from(text)]);
  await replaceFile(file.path, content, file.bytes);
}

/**
 * Why a config file cannot take changes, as a message with what to do; `null` when it can. To be asked at start, before
 * the first change fails. Also clears away what a killed process left beside the file.
 */
export async function whyNotWritable(path: string): Promise<string | null> {
  const refuse = (reason: string): string =>
    `changes cannot be written to "${path}": ${reason}; start with --admin-writes=memory to keep them in memory`;
  if (path === '-') return refuse('it is the standard input');
  try {
    if (await leadsThrough(path, '..data'))
      return refuse('it belongs to a Kubernetes ConfigMap or Secret, which is read-only');
    const target = await realpath(path);
    if (!(await stat(target)).isFile()) return refuse('it is not a regular file');
    await access(target, constants.R_OK | constants.W_OK);
    await access(dirname(target), constants.W_OK);
    await removeLeftovers(path);
    return null;
  } catch (error) {
    return refuse(reasonOf((error as NodeJS.ErrnoException).code ?? 'unknown error'));
  }
}

function reasonOf(code: string): string {
  if (code === 'EROFS') return 'it is on a file system that is mounted read-only';
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not write the file and its directory';
  return code === 'ENOENT' ? 'there is no such file' : code;
}

/** Whether one of the links on the way to a file has this name. */
async function leadsThrough(path: string, name: string): Promise<boolean> {
  const { root } = parse(path);
  let at = root === '' ? '.' : root;
  const steps = path.slice(root.length).split(sep);
  for (let links = 0, step = steps.shift(); step !== undefined && links < 40; step = steps.shift()) {
    if (step === name) return true;
    const next = join(at, step);
    const link = await readlink(next).catch(() => null);
    if (link === null) at = next;
    else {
      links++;
      if (parse(link).root !== '') at = parse(link).root;
      steps.unshift(...link.slice(parse(link).root.length).split(sep));
    }
  }
  return false;
}
