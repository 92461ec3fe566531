import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { nginxBinary, runNginx } from './nginx.ts';

/**
 * The server behind every contender, as a process: nginx where installed, else a server on bare sockets. It has to be
 * much faster than what is measured.
 *
 * `/plain/1k` and `/plain/100k` answer with as many bytes; `/secured/1k` and `/bearer/1k` only to callers with a bearer
 * token, so that a proxy that skips its job fails.
 */
const small = 'x'.repeat(1024);
const large = 'x'.repeat(100 * 1024);

if (nginxBinary === null) await runBareServer();
else await runNginx(nginxBlock);

function nginxBlock(port: number, folder: string): string {
  writeFileSync(join(folder, 'large'), large);
  const bearerOnly = `if ($http_authorization !~ "^Bearer ") { return 403; }`;
  return `
  sendfile on;
  tcp_nopush on;
  open_file_cache max=10 inactive=1h;
  server {
    listen 127.0.0.1:${port} backlog=1024;
    location = /plain/1k { return 200 ${small}; }
    location = /plain/100k { alias ${folder}/large; }
    location = /secured/1k { ${bearerOnly} return 200 ${small}; }
    location = /bearer/1k { ${bearerOnly} return 200 ${small}; }
  }`;
}

async function runBareServer(): Promise<void> {
  const server = createServer({ noDelay: true }, serve).listen(0, '127.0.0.1', 1024);
  await once(server, 'listening');
  console.log(JSON.stringify({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }));
}

function serve(socket: Socket): void {
  let head = '';
  socket.setEncoding('latin1').on('data', (text: string) => {
    head += text;
    if (!head.endsWith('\r\n\r\n')) return;
    socket.write(answerTo(head), 'latin1');
    head = '';
  });
  socket.on('error', () => socket.destroy());
}

const answers = new Map([
  ['1k', response('200 OK', small)],
  ['100k', response('200 OK', large)],
]);

function answerTo(head: string): string {
  const [, place, size = ''] = /^GET \/(plain|secured|bearer)\/(\w+) /.exec(head) ?? [];
  if (place !== 'plain' && !/\r\nauthorization: *Bearer /i.test(head)) return response('403 Forbidden', '');
  return answers.get(size) ?? response('404 Not Found', '');
}

function response(status: string, body: string): string {
  return `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
}
