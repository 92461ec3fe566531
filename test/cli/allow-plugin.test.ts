import { join } from 'node:path';
import t from 'tap';
import { runCli, startCli } from '../support/run-cli.ts';

const file = join(
  t.testdir({ 'kong.yml': '_format_version: "3.0"\nplugins:\n- {name: our-own}\n- {name: our-other}\n' }),
  'kong.yml',
);

t.test('gw validate takes plugins of your own when told their names', async (t) => {
  const refused = await runCli(['validate', file]);
  t.equal(refused.code, 1);
  t.match(refused.stdout, 'there is no plugin "our-own"');
  const half = await runCli(['validate', '--allow-plugin', 'our-own', file]);
  t.equal(half.code, 1);
  t.match(half.stdout, 'there is no plugin "our-other"');
  const taken = await runCli(['validate', '--allow-plugin', 'our-own', '--allow-plugin', 'our-other', file]);
  t.equal(taken.code, 0, taken.stdout);
});

t.test('gw start takes the plugins that the setting "plugins" names', async (t) => {
  const gateway = await startCli(['-c', file], { env: { KONG_PLUGINS: 'bundled,our-own,our-other' } });
  t.match(gateway.stderr(), 'plugin "our-own" has no effect');
  await gateway.stop();
});
