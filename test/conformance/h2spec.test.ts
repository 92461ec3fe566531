import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import type { ServerHttp2Stream } from 'node:http2';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import t from 'tap';
import { startListener } from '../support/listener.ts';

/**
 * What h2spec 2.6 finds in Node's own HTTP/2 (nghttp2), whatever is built on it. Frames on closed streams are ignored
 * where the RFC would rather see an error, a PING nobody asked for ends the session, and the GOAWAY after a window
 * that is too large has no reason. In newer versions the PRIORITY frames of RFC 7540, which RFC 9113 took out, are not
 * looked at.
 */
const KNOWN = [
  'closed: Sends a DATA frame after sending RST_STREAM frame',
  'closed: Sends a HEADERS frame after sending RST_STREAM frame',
  'closed: Sends a DATA frame',
  'closed: Sends a HEADERS frame',
  'Sends stream identifier that is numerically smaller than previous',
  'Sends a PING frame with ACK',
  'Sends PRIORITY frame that depend on itself',
  'Sends a PRIORITY frame with 0x0 stream identifier',
  'Sends multiple WINDOW_UPDATE frames increasing the flow control window to above 2^31-1',
  'Sends multiple WINDOW_UPDATE frames increasing the flow control window to above 2^31-1 on a stream',
];
/** Without TLS what is no preface is a request of HTTP/1.1, and a malformed one is answered as such. */
const KNOWN_IN_CLEAR = [...KNOWN, 'Sends invalid connection preface'];

const h2spec = findTool();
const skip = h2spec === null && 'SKIPPED: h2spec is not installed (go install github.com/summerwind/h2spec/cmd/h2spec)';

/** On the path, or where `go install` puts it. */
function findTool(): string | null {
  const folders = [...(process.env.PATH ?? '').split(delimiter), join(homedir(), 'go', 'bin')];
  const candidates = folders.map((folder) => join(folder, 'h2spec'));
  return candidates.find((path) => spawnSync(path, ['--version']).status === 0) ?? null;
}

interface Outcome {
  readonly total: number;
  readonly failed: readonly string[];
}

/**
 * Answers when the request is complete, and a moment later, as an upstream would: h2spec sends frames behind a request
 * that must be judged before its answer has closed the stream.
 */
const handlers = {
  stream(stream: ServerHttp2Stream): void {
    stream.on('error', () => undefined);
    stream.resume().on('end', () => {
      setTimeout(() => {
        if (stream.destroyed) return;
        stream.respond({ ':status': 200 });
        stream.end('x'.repeat(100));
      }, 20);
    });
  },
};

/** Runs all cases against a port. */
async function run(tool: string, port: number, flags: readonly string[]): Promise<Outcome> {
  const report = join(mkdtempSync(join(tmpdir(), 'gw-h2spec-')), 'report.xml');
  const child = spawn(tool, ['-h', '127.0.0.1', '-p', String(port), '-o', '1', '-j', report, ...flags], {
    stdio: 'ignore',
  });
  await once(child, 'close');
  const cases = readFileSync(report, 'utf8').split('<testcase ').slice(1);
  const failed = cases.filter((text) => /<(?:failure|error)\b/.test(text));
  return { total: cases.length, failed: failed.map((text) => /classname="([^"]*)"/.exec(text)?.[1] ?? text) };
}

for (const [label, address, flags, known] of [
  ['over TLS', { isTls: true, isHttp2: true }, ['-t', '-k'], KNOWN],
  ['in clear', { isHttp2: true }, [], KNOWN_IN_CLEAR],
] as const) {
  t.test(`h2spec ${label}: nothing fails that does not fail on Node's own server`, { skip }, async (t) => {
    if (h2spec === null) return;
    const running = await startListener({ address, handlers });
    t.teardown(() => running.close());
    const { total, failed } = await run(h2spec, running.port, flags);
    t.ok(total > 100, `${total} cases`);
    t.same(
      failed.filter((name) => !known.includes(name)),
      [],
    );
    t.comment(`h2spec ${label}: ${total - failed.length} of ${total} passed; known: ${failed.join('; ')}`);
  });
}
