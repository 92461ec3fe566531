import { createServer } from 'node:net';
import t from 'tap';
import type { GatewaySettings } from '../../src/runtime/settings.ts';
import { entities, route, service } from '../support/entities.ts';
import { type RunningGateway, startGateway } from '../support/gateway.ts';
import { send } from '../support/http.ts';

/** A gateway whose upstream cannot be reached, with no route below `/none`. */
async function unreachable(settings: Partial<GatewaySettings>): Promise<RunningGateway> {
  const closed = createServer().listen(0, '127.0.0.1');
  const port = await new Promise<number>((resolve) => {
    closed.once('listening', () => {
      const address = closed.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });
  await new Promise((resolve) => closed.close(resolve));
  const owner = service(`http://127.0.0.1:${port}`, { retries: 0 });
  return startGateway(entities({ services: [owner], routes: [route(owner, { paths: ['/x'] })] }), { settings });
}

async function typeOf(url: string, headers: Record<string, string> = {}): Promise<string> {
  const answer = await send(url, { method: 'POST', headers, body: '' });
  return `${answer.status} ${String(answer.headers['content-type']).split(';')[0]}`;
}

void t.test(
  'Accept decides the form of an error: the type of the greatest quality, the first of several',
  async (t) => {
    const gateway = await unreachable({});
    t.teardown(() => gateway.close());
    for (const [accept, type] of [
      ['*/*', 'application/json'],
      ['text/html', 'text/html'],
      ['text/*', 'text/plain'],
      ['application/*', 'application/json'],
      ['text/html;q=0.5, text/plain', 'text/plain'],
      ['text/html, text/plain', 'text/html'],
      ['image/png, text/html;q=0.9', 'application/json'],
      ['application/xml;q=0', 'application/json'],
      ['nonsense', 'application/json'],
      ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'text/html'],
    ] as const) {
      t.equal(await typeOf(`${gateway.url}/x`, { accept }), `502 ${type}`, accept);
    }
  },
);

void t.test('without Accept an error of the proxy has the form of the request, else error_default_type', async (t) => {
  for (const errorDefaultType of ['text/plain', 'text/html', 'application/json', 'application/xml'] as const) {
    const gateway = await unreachable({ errorDefaultType });
    t.equal(await typeOf(`${gateway.url}/x`), `502 ${errorDefaultType}`);
    t.equal(await typeOf(`${gateway.url}/x%00`), `400 ${errorDefaultType}`);
    t.equal(await typeOf(`${gateway.url}/x`, { 'content-type': 'application/xml' }), '502 application/xml');
    t.equal(await typeOf(`${gateway.url}/none`), '404 application/json', 'one of routing is JSON');
    await gateway.close();
  }
});

t.end();
