import { readFileSync, renameSync } from 'node:fs';
import { type FileHandle, open, readdir, realpath, rename, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/** Somebody changed the file while it was to be replaced; it is as they left it. */
export class FileChanged extends Error {
  override readonly name = 'FileChanged';
}

/**
 * Puts other content in place of a file, so that whoever reads it, also after a crash at any moment, finds the old or
 * the new one as a whole. A link stays one: what it leads to is replaced. Mode and owner stay.
 *
 * A file that cannot be replaced, since it is a mount of its own or its owner could not be kept, is written in place
 * instead, after its old content was saved beside it as `<file>.bak`: a crash in that moment leaves the whole of one of
 * the two.
 * @param expected what the file must hold; compared right before the change
 * @throws {FileChanged} and errors of the file system; then the file holds what it held
 */
export async function replaceFile(path: string, content: Buffer, expected: Buffer): Promise<'replaced' | 'in place'> {
  const target = await realpath(path);
  const temporary = await writeBeside(target, content);
  if (temporary === null) return await writeInPlace(target, content, expected);
  try {
    // Nothing else runs between the comparison and the change.
    checkContent(target, expected);
    renameSync(temporary, target);
  } catch (error) {
    await unlink(temporary);
    if (!isMountOfItsOwn(error)) throw error;
    return await writeInPlace(target, content, expected);
  }
  await syncFolder(dirname(target));
  return 'replaced';
}

/** Removes what processes that were killed while they replaced a file have left beside it. */
export async function removeLeftovers(path: string): Promise<void> {
  const target = await realpath(path);
  const prefix = temporaryName(target, '');
  for (const name of await readdir(dirname(target))) {
    const pid = name.startsWith(prefix) ? Number(name.slice(prefix.length)) : NaN;
    if (Number.isInteger(pid) && !isAlive(pid)) await unlink(join(dirname(target), name));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return codeOf(error) === 'EPERM';
  }
}

function temporaryName(target: string, suffix: string): string {
  return `.${basename(target)}.gw-${suffix}`;
}

/** The name of a new file with the content; `null` when it cannot have the owner of the old one. */
async function writeBeside(target: string, content: Buffer): Promise<string | null> {
  const { mode, uid, gid } = await stat(target);
  const path = join(dirname(target), temporaryName(target, String(process.pid)));
  const file = await createNew(path);
  try {
    try {
      await keepOwner(file, uid, gid);
    } catch (error) {
      if (codeOf(error) !== 'EPERM') throw error;
      await unlink(path);
      return null;
    }
    await file.chmod(mode & 0o7777);
    await file.writeFile(content);
    await file.sync();
  } catch (error) {
    await unlink(path).catch(() => undefined);
    throw error;
  } finally {
    await file.close();
  }
  return path;
}

/** One with this name is what an earlier process with this number left. */
async function createNew(path: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o600);
  } catch (error) {
    if (codeOf(error) !== 'EEXIST') throw error;
    await unlink(path);
    return await open(path, 'wx', 0o600);
  }
}

async function keepOwner(file: FileHandle, uid: number, gid: number): Promise<void> {
  const own = await file.stat();
  if (own.uid !== uid || own.gid !== gid) await file.chown(uid, gid);
}

async function writeInPlace(target: string, content: Buffer, expected: Buffer): Promise<'in place'> {
  await saveBackup(target, expected);
  const file = await open(target, 'r+');
  try {
    checkContent(target, expected);
    try {
      await overwrite(file, content);
    } catch (error) {
      await overwrite(file, expected).catch(() => undefined);
      throw error;
    }
  } finally {
    await file.close();
  }
  return 'in place';
}

/** The new length is the last thing to change: what is longer is cut off, never what is needed. */
async function overwrite(file: FileHandle, content: Buffer): Promise<void> {
  // A disk that becomes full writes less than it was asked to, and says so only when it is asked again.
  for (let done = 0; done < content.length; ) {
    const { bytesWritten } = await file.write(content, done, content.length - done, done);
    if (bytesWritten === 0) throw Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    done += bytesWritten;
  }
  await file.truncate(content.length);
  await file.sync();
}

async function saveBackup(target: string, content: Buffer): Promise<void> {
  const backup = `${target}.bak`;
  const { mode } = await stat(target);
  const path = join(dirname(target), temporaryName(backup, String(process.pid)));
  const file = await createNew(path);
  try {
    await file.chmod(mode & 0o7777);
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(path, backup);
  await syncFolder(dirname(backup));
}

/** @throws {FileChanged} */
function checkContent(target: string, expected: Buffer): void {
  if (!readFileSync(target).equals(expected)) throw new FileChanged(`"${target}" was changed by somebody else`);
}

/** Makes a rename outlast a loss of power. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function isMountOfItsOwn(error: unknown): boolean {
  const code = codeOf(error);
  return code === 'EBUSY' || code === 'EXDEV';
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code;
}
