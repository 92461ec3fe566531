import fc from 'fast-check';
import t from 'tap';
import type { Plugin } from '../../src/entities/plugin.ts';
import { type ConfiguredPlugin, PluginChain } from '../../src/runtime/plugin-chain.ts';
import { consumer, plugin } from '../support/entities.ts';

const bob = consumer('bob');
const gold = { id: 'gold-id', name: 'gold', created_at: 0, updated_at: 0 };
const silver = { id: 'silver-id', name: 'silver', created_at: 0, updated_at: 0 };
const here = { routeId: 'route-id', serviceId: 'service-id' };

const scopes = {
  consumer: { consumer: { id: bob.id } },
  group: { consumer_group: { id: gold.id } },
  route: { route: { id: here.routeId } },
  service: { service: { id: here.serviceId } },
} satisfies Record<string, Partial<Plugin>>;

/** Kong's order, from the most specific to the least. */
const order: readonly (readonly (keyof typeof scopes)[])[] = [
  ['consumer', 'route', 'service'],
  ['group', 'route', 'service'],
  ['consumer', 'route'],
  ['consumer', 'service'],
  ['group', 'route'],
  ['group', 'service'],
  ['route', 'service'],
  ['consumer'],
  ['group'],
  ['route'],
  ['service'],
  [],
];

function configured(parts: readonly (keyof typeof scopes)[]): ConfiguredPlugin {
  const fields = parts.reduce<Partial<Plugin>>((all, part) => ({ ...all, ...scopes[part] }), {});
  return { plugin: plugin('sample', { instance_name: parts.join(' + '), ...fields }), priority: 1, handler: {} };
}

t.test("of any configs of one plugin the most specific runs, in Kong's order of scopes", (t) => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...order.keys()], { minLength: 1 }), (chosen) => {
      const chain = new PluginChain(
        chosen.map((index) => configured(order[index] ?? [])),
        here,
      );
      const expected = (order[Math.min(...chosen)] ?? []).join(' + ');
      return chain.pick(0, bob, [gold])?.plugin.instance_name === expected;
    }),
    { numRuns: 2000, seed: 4 },
  );
  t.end();
});

t.test('a caller that is no such consumer and in no such group gets what is for everybody', (t) => {
  const chain = new PluginChain([configured(['consumer']), configured(['group']), configured([])], here);
  t.equal(chain.pick(0, null, [])?.plugin.instance_name, '');
  t.equal(chain.pick(0, consumer('eve'), [silver])?.plugin.instance_name, '');
  t.equal(chain.pick(0, null, [gold])?.plugin.instance_name, 'group', 'a group needs no consumer');
  t.equal(chain.pick(0, bob, [])?.plugin.instance_name, 'consumer');
  t.equal(new PluginChain([configured(['consumer', 'group'])], here).isFixed, false);
  t.end();
});

t.test('of several groups with a config of their own the first counts', (t) => {
  const forSilver: ConfiguredPlugin = {
    plugin: plugin('sample', { instance_name: 'silver', consumer_group: { id: silver.id } }),
    priority: 1,
    handler: {},
  };
  const chain = new PluginChain([configured(['group']), forSilver], here);
  t.equal(chain.pick(0, bob, [silver, gold])?.plugin.instance_name, 'silver');
  t.equal(chain.pick(0, bob, [gold, silver])?.plugin.instance_name, 'group');
  t.end();
});
