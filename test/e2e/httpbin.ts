import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ChildServer } from './child-server.ts';
import { downloadFolder, firstLine } from './download-folder.ts';

const packages = ['httpbin==0.10.4', 'gunicorn==23.0.0'];
const home = join(downloadFolder, `venv-${packages.join('-').replaceAll('==', '-')}`);
const run = promisify(execFile);

/** Installs httpbin if need be, once. Answers why that is not possible, in one line; `null` when it is there. */
export async function whyNoHttpbin(): Promise<string | null> {
  if (existsSync(home)) return null;
  mkdirSync(downloadFolder, { recursive: true });
  // Made beside its place and moved: half an environment must not be taken for a whole one. Its programs name the
  // folder they were made in, so the modules are run by its Python instead.
  const unfinished = join(downloadFolder, `venv-${process.pid}`);
  try {
    await run('python3', ['-m', 'venv', unfinished]);
    await run(join(unfinished, 'bin/python'), ['-m', 'pip', 'install', '-q', ...packages]);
    renameSync(unfinished, home);
    return null;
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true });
    return `httpbin could not be installed: ${firstLine(error)}`;
  }
}

/** A server that echoes requests. */
export interface EchoServer {
  readonly url: string;
  close(): Promise<void>;
}

/** Starts the real httpbin under gunicorn. Only after {@link whyNoHttpbin} had no objection. */
export async function startHttpbin(): Promise<EchoServer> {
  let url = '';
  const options = ['--bind', '127.0.0.1:0', '--worker-class', 'gthread', '--threads', '16', '--keep-alive', '30'];
  const server = await ChildServer.start(
    [join(home, 'bin/python'), '-m', 'gunicorn', ...options, 'httpbin:app'],
    (line) => {
      url = /Listening at: (\S+)/.exec(line)?.[1] ?? url;
      return line.includes('Booting worker');
    },
  );
  return { url, close: () => server.stop() };
}
