import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';

/** Path of nginx's binary; `null` when it is not installed. */
export const nginxBinary: string | null =
  ['/usr/sbin/nginx', '/usr/bin/nginx', '/usr/local/sbin/nginx', '/opt/homebrew/bin/nginx'].find((path) =>
    existsSync(path),
  ) ?? null;

/**
 * Runs nginx with one worker on a free port until this process is told to end, and prints `{"url":…}` once it answers.
 * `http` writes the inside of the `http` block; `folder` is a new one, for files to serve.
 */
export async function runNginx(http: (port: number, folder: string) => string): Promise<void> {
  if (nginxBinary === null) throw new Error('nginx is not installed');
  const folder = mkdtempSync(join(tmpdir(), 'gw-bench-nginx-'));
  const port = await freePort();
  const config = join(folder, 'nginx.conf');
  writeFileSync(config, configText(folder, http(port, folder)));
  const nginx = spawn(nginxBinary, ['-p', folder, '-c', config, '-e', join(folder, 'error.log')], { stdio: 'inherit' });
  const end = (): void => void nginx.kill('SIGTERM');
  process.once('SIGTERM', end).once('SIGINT', end);
  nginx.once('exit', (code) => {
    rmSync(folder, { recursive: true, force: true });
    process.exit(code ?? 0);
  });
  await answering(port);
  console.log(JSON.stringify({ url: `http://127.0.0.1:${port}` }));
}

function configText(folder: string, http: string): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
daemon off;
master_process off;
pid ${folder}/nginx.pid;
events { worker_connections 1024; }
http {
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 3600s;
  ${temporary.map((name) => `${name}_temp_path ${folder}/${name};`).join('\n  ')}
  ${http}
}
`;
}

/** nginx cannot choose a port itself; one that was free a moment ago has to do. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function answering(port: number): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch {
      await wait(25);
    } finally {
      socket.destroy();
    }
  }
  throw new Error('nginx did not start');
}
