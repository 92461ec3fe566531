import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Where a Chromium is; `null` without one. */
export function findChromium(): string | null {
  return places.find((path) => existsSync(path)) ?? null;
}

/**
 * Opens a page in a headless Chromium with a profile of its own, for which every name below `.test` is this machine.
 * @returns how to end it
 */
export function openPage(binary: string, url: string): () => Promise<void> {
  const profile = mkdtempSync(join(tmpdir(), 'gw-chromium-'));
  const flags = [
    ...['--headless=new', '--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage', '--no-first-run'],
    ...['--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-proxy-server'],
    ...[`--user-data-dir=${profile}`, '--host-resolver-rules=MAP *.test 127.0.0.1'],
  ];
  // A group of its own: Chromium is many processes, and all of them have to go.
  const child = spawn(binary, [...flags, url], { stdio: 'ignore', detached: true });
  const kill = (): void => killGroup(child);
  process.once('exit', kill);
  return async () => {
    process.off('exit', kill);
    if (child.exitCode === null && child.signalCode === null) {
      const ended = new Promise((resolve) => child.once('exit', resolve));
      killGroup(child);
      await ended;
    }
    rmSync(profile, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  };
}

function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
