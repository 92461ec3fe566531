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
/** Node 24 takes 36 MB more than Node 20 before the first request. */
const memoryLimit = process.version.startsWith('v20.') ? 200e6 : 240e6;

const upstream = await startUpstream();
const config = join(mkdtempSync(join(tmpdir(), 'gw-large-')), 'kong.yml');
const services = [{ name: 's', url: upstream.url, routes: [{ name: 'r', paths: ['/'] }] }];
writeFileSync(config, JSON.stringify({ _format_version: '3.0', services }));
const gw = await startCli(['-c', config]);
t.teardown(async () => {
  await gw.stop();
  await upstream.close();
});
const [whole, part] = [expected(gigabyte), expected(gigabyte / 10)];

t.test('a 1 GB upload arrives unchanged, and one in chunks', async (t) => {
  t.same(await upload(gigabyte, { 'content-length': String(gigabyte) }), whole);
  t.same(await upload(gigabyte / 10, {}), part);
});

t.test('a 1 GB download arrives unchanged, and one in chunks', async (t) => {
  t.same(await download(`/bytes/${gigabyte}`), whole);
  t.same(await download(`/stream-bytes/${gigabyte / 10}`), part);
});

t.test('all that took far less memory than the bodies have bytes', (t) => {
  const peak = peakMemory(gw.pid);
  if (peak === null) t.comment('SKIPPED: there is no /proc here to read the memory of gw from');
  else t.ok(peak < memoryLimit, `at most ${Math.round(peak / 1e6)} MB`);
  t.end();
});

interface Received {
  readonly bytes: number;
  readonly sha256: string;
}

async function upload(size: number, headers: Record<string, string>): Promise<unknown> {
  const request = httpRequest(`${gw.proxyUrl}/upload`, { method: 'POST', headers });
  const response = once(request, 'response') as Promise<[IncomingMessage]>;
  await pipeline(Readable.from(blocks(size)), request);
  const [answer] = await response;
  return JSON.parse(Buffer.concat(await answer.toArray()).toString('utf8'));
}

async function download(path: string): Promise<Received> {
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

function* blocks(total: number): Generator<Buffer> {
  for (let left = total; left > 0; left -= patternBlock.length) yield patternBlock.subarray(0, left);
}

function expected(size: number): Received {
  const hash = createHash('sha256');
  for (const block of blocks(size)) hash.update(block);
  return { bytes: size, sha256: hash.digest('hex') };
}

/** The most memory a process ever had resident, in bytes; the kernel keeps count, so that nothing is missed. */
function peakMemory(pid: number): number | null {
  try {
    const kilobytes = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kilobytes === undefined ? null : Number(kilobytes) * 1024;
  } catch {
    return null;
  }
}
