import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { type IncomingMessage, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import t from 'tap';
import { startCli } from '../support/run-cli.ts';
import { patternBlock, startUpstream } from '../support/upstream.ts';

const gigabyte = 1_000_000_000;
const memoryLimit = 200e6;

const upstream = await startUpstream();
const config = join(mkdtempSync(join(tmpdir(), 'gw-large-')), 'kong.yml');
writeFileSync(
  config,
  JSON.stringify({
    _format_version: '3.0',
    services: [{ name: 's', url: upstream.url, routes: [{ name: 'r', paths: ['/'] }] }],
  }),
);
const gw = await startCli(['-c', config]);
t.teardown(async () => {
  await gw.stop();
  await upstream.close();
});

/** The most memory the process ever had resident, in bytes; the kernel keeps count, so nothing is missed. */
function peakMemory(): number | null {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${gw.pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}

function* blocks(total: number): Generator<Buffer> {
  for (let left = total; left > 0; left -= patternBlock.length) yield patternBlock.subarray(0, Math.min(left, 65_536));
}

function digestOf(total: number): string {
  const hash = createHash('sha256');
  for (const block of blocks(total)) hash.update(block);
  return hash.digest('hex');
}

async function get(path: string): Promise<{ bytes: number; sha256: string }> {
  const request = httpRequest(gw.proxyUrl + path).end();
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest('hex') };
}

async function upload(size: number, headers: Record<string, string>): Promise<unknown> {
  const request = httpRequest(`${gw.proxyUrl}/upload`, { method: 'POST', headers });
  const response = once(request, 'response') as Promise<[IncomingMessage]>;
  await pipeline(Readable.from(blocks(size)), request);
  const [answer] = await response;
  return JSON.parse(Buffer.concat(await answer.toArray()).toString('utf8'));
}

const [whole, part] = [gigabyte, gigabyte / 10].map((bytes) => ({ bytes, sha256: digestOf(bytes) }));

t.test('a 1 GB upload arrives unchanged, and one in chunks', async (t) => {
  t.same(await upload(gigabyte, { 'content-length': String(gigabyte) }), whole);
  t.same(await upload(gigabyte / 10, {}), part);
});

t.test('a 1 GB download arrives unchanged, and one in chunks', async (t) => {
  t.same(await get(`/bytes/${gigabyte}`), whole);
  t.same(await get(`/stream-bytes/${gigabyte / 10}`), part);
});

t.test('all that took less than 200 MB of memory', (t) => {
  const peak = peakMemory();
  if (peak === null) t.comment('skipped: no /proc here to read the memory of gw from');
  else t.ok(peak < memoryLimit, `${Math.round(peak / 1e6)} MB at most`);
  t.end();
});
