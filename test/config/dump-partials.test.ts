import t from 'tap';
import { configSchema } from '../../src/config/config-schemas.ts';
import { fillDefaults } from '../../src/config/plugin-defaults.ts';
import { pluginFacts } from '../../src/config/plugin-schemas.ts';
import { dumpConfig } from '../../src/config/render/dump-config.ts';

const [named, nameless] = ['0b9a1f4e-6f2d-4c9c-8a51-0c2f5f7d2a11', '1b9a1f4e-6f2d-4c9c-8a51-0c2f5f7d2a11'];
const options = { withIds: false, selectTags: [] };

t.test('a partial is written without defaults, and linked by its name', (t) => {
  const config = fillDefaults(configSchema('partials', 'redis-ce')?.schema ?? {}, { host: 'redis.test' });
  const { redis, ...own } = fillDefaults(pluginFacts('rate-limiting')?.schema ?? {}, { minute: 5 });
  t.ok(redis, 'the part that the partial brings is not shown by an Admin API');
  const dumped = dumpConfig(
    {
      partials: [{ id: named, name: 'cache', type: 'redis-ce', config, tags: null }],
      plugins: [
        {
          name: 'rate-limiting',
          enabled: true,
          config: own,
          partials: [{ id: named, name: 'cache', path: 'config.redis' }],
        },
      ],
    },
    options,
  );
  t.same(dumped, {
    _format_version: '3.0',
    partials: [{ name: 'cache', type: 'redis-ce', config: { host: 'redis.test' } }],
    plugins: [{ name: 'rate-limiting', config: { minute: 5 }, partials: [{ name: 'cache' }] }],
  });
  t.end();
});

t.test('a partial without a name is linked by its id, which is written then', (t) => {
  const plugin = { name: 'ai-proxy-advanced', partials: [{ id: nameless, name: null, path: 'config.vectordb' }] };
  const { partials, plugins } = dumpConfig(
    { partials: [{ id: nameless, type: 'vectordb' }], plugins: [plugin] },
    options,
  );
  t.match(partials, [{ id: nameless, type: 'vectordb' }]);
  t.match(plugins, [{ partials: [{ id: nameless }] }]);
  t.end();
});
