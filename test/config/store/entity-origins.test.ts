import t from 'tap';
import { inspectConfig } from '../../../src/config/load-config.ts';
import { pluginCatalog } from '../../../src/plugins/registry.ts';
import { newStore } from '../../support/entity-store.ts';

const text = `_format_version: "3.0"
_plugin_configs:
  common:
    key_names: ["\${{ env \\"DECK_NAME\\" }}"]
services:
  - name: a
    host: "x-\${{ env 'DECK_HOST' }}.test"
    port: \${{ env "DECK_PORT" | toInt }}
    plugins:
      - name: key-auth
        _config: common
      - name: openid-connect
        config:
          issuer: https://idp.test/
          client_id: [c, d]
          client_secret:
            - plain
            - \${{ env "DECK_SECRET" }}
consumers:
  - username: hush
`;

const env = { DECK_NAME: 'hush-name', DECK_HOST: 'hush', DECK_PORT: '81', DECK_SECRET: 'hush-secret' };

t.test('texts of entities that come from the environment are known, wherever they are written', (t) => {
  const inspection = inspectConfig([{ name: 'kong.yml', text }], { catalog: pluginCatalog, now: 0, env });
  t.same(
    inspection.diagnostics.filter(({ severity }) => severity === 'error'),
    [],
  );
  const { store } = newStore(inspection.entities!);
  store.origins.learn(inspection, store.view);
  const service = store.view.named('services', 'a')!;
  const plugins = store.view.referring('plugins', 'service', service.id);
  const originsOf = (row: object): unknown => store.origins.of(row).map(({ path, text }) => [path.join('.'), text]);
  t.same(originsOf(service), [['host', "x-${{ env 'DECK_HOST' }}.test"]], 'numbers are shown as numbers');
  const byName = (name: string) => plugins.find((row) => row.name === name)!;
  t.same(originsOf(byName('key-auth')), [['config.key_names.0', '${{ env "DECK_NAME" }}']]);
  t.same(originsOf(byName('openid-connect')), [['config.client_secret.1', '${{ env "DECK_SECRET" }}']]);
  t.same(originsOf(store.view.named('consumers', 'hush')!), [], 'a text that is alike is none');

  store.run((edit) => {
    const plugin = byName('openid-connect');
    const kept = edit.update('plugins', plugin.id, {
      config: { client_secret: ['other', '${{ env "DECK_SECRET" }}'], client_id: ['c', 'd'] },
    });
    t.match(kept.config, { client_secret: ['other', 'hush-secret'] });
    t.same(originsOf(kept), originsOf(plugin));
    const changed = edit.update('plugins', plugin.id, { config: { client_secret: ['a', 'b'] } });
    t.same(originsOf(changed), []);
  });
  store.rollBack();
  t.same(originsOf(byName('openid-connect')), [['config.client_secret.1', '${{ env "DECK_SECRET" }}']], 'undone');
  t.end();
});
