import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import t from 'tap';
import { packageRoot } from '../../src/lib/package-info.ts';

const run = promisify(execFile);

/** The compiled demo, as `npm run demo -- --once` starts it. */
function demo(): Promise<{ stdout: string; stderr: string }> {
  return run(process.execPath, [join(packageRoot, 'dist/test/demo/main.js'), '--once'], { cwd: packageRoot });
}

t.test('the demo tries the walk-through, reports each step and ends well', async (t) => {
  const { stdout, stderr } = await demo();
  for (const title of ['no credential', 'client credentials', 'the same again', 'wrong secret', 'issuers']) {
    t.match(stdout, new RegExp(`✓ ${title}`));
  }
  t.match(stdout, /upstream saw {2}Authorization: Bearer ey/);
  t.match(stdout, 'from the cache: 1 call to the token endpoint');
  t.match(stdout, `curl -i http://127.0.0.1:`);
  t.match(stdout, 'a demo identity provider');
  t.notMatch(stdout, '\u001b[', 'no colours in a pipe');
  t.notMatch(stdout, /Bearer [\w.-]{60}/, 'no whole token');
  t.equal(stderr, '');
});

t.test('the demo takes other ports when its own are in use, and says so', async (t) => {
  const blockers = [8080, 9080, 8000, 8001].map((port) =>
    createServer().listen(port, port === 8080 ? 'localhost' : '127.0.0.1'),
  );
  // A port that something else on this machine holds is as good as one held here.
  await Promise.all(
    blockers.map((blocker) =>
      Promise.race([once(blocker, 'listening'), once(blocker, 'error')]).catch(() => undefined),
    ),
  );
  t.teardown(() => blockers.forEach((blocker) => blocker.close()));
  const { stdout } = await demo();
  for (const port of [8080, 9080, 8000, 8001]) t.match(stdout, `Port ${port} is in use here`);
  t.match(stdout, /kong\.yml\.example says issuer: http:\/\/localhost:8080; the demo runs it with http:/);
  t.match(stdout, '✓ issuers');
});
