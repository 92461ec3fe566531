import { mkdtempSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { createLog } from '../../src/cli/log.ts';
import { Secret } from '../../src/lib/secret.ts';

async function logged(write: (log: ReturnType<typeof createLog>['log']) => void, level = 'info'): Promise<string> {
  const path = join(mkdtempSync(join(tmpdir(), 'gw-log-')), 'log');
  const output = createLog(level, openSync(path, 'w'));
  write(output.log);
  await output.flush();
  return readFileSync(path, 'utf8');
}

t.test('a line is one JSON object with time, pid, fields and message', async (t) => {
  const line = await logged((log) => log.info({ route: 'r' }, 'request'));
  t.match(JSON.parse(line), { level: 30, time: /^\d{4}-.*Z$/, pid: process.pid, route: 'r', msg: 'request' });
});

t.test('fields that should never have been logged are redacted, at any depth and in any case', async (t) => {
  const headers = { Authorization: 'Bearer hush', 'x-a': 'b', nested: { Cookie: 'hush', list: [1] } };
  const fields = { headers, client_secret: 'hush', token: new Secret('hush'), err: new Error('why') };
  const text = await logged((log) => log.warn(fields, 'oops'));
  t.notMatch(text, 'hush');
  t.match(JSON.parse(text), {
    headers: { Authorization: '[redacted]', 'x-a': 'b', nested: { Cookie: '[redacted]', list: [1] } },
    client_secret: '[redacted]',
    token: '[redacted]',
    err: { message: 'why' },
  });
  t.equal(headers.Authorization, 'Bearer hush', 'the caller keeps what it has');
});

t.test('lines below the level are not written', async (t) => {
  t.equal(await logged((log) => log.info('no'), 'warn'), '');
});

t.test('no line is lost at the end, not even one that is just being written', async (t) => {
  const text = await logged((log) => {
    for (let count = 0; count < 2_000; count++) log.info({ count }, 'x'.repeat(100));
  });
  t.equal(text.split('\n').length - 1, 2_000);
});
