import t from 'tap';
import { hashEntities } from '../../../src/config/config-hash.ts';
import type { EntitySet } from '../../../src/entities/entity-set.ts';
import type { PluginDefinition, PluginInstance } from '../../../src/pdk/plugin.ts';
import { consumer, entities, plugin, route, service } from '../../support/entities.ts';
import { startGateway } from '../../support/gateway.ts';

/** A plugin that looks at consumers, and notes each instance that is built or closed. */
function watched(events: string[], looksAt: PluginDefinition['looksAt']): PluginDefinition {
  return {
    name: 'watched',
    version: '1.0.0',
    priority: 1,
    protocols: ['http'],
    schema: { type: 'object' },
    ...(looksAt === undefined ? {} : { looksAt }),
    create: (_config, _host, { scope, entities: seen }: PluginInstance) => {
      events.push(`built ${scope}, ${seen.consumers.length} consumers, ${seen.services.length} services`);
      return { close: () => void events.push(`closed ${scope}`) };
    },
  };
}

const shop = service('http://127.0.0.1:9', { name: 'shop' });
const config = entities({
  services: [shop],
  routes: [route(shop, { name: 'r' })],
  plugins: [plugin('watched', { service: { id: shop.id } })],
});

t.test('a plugin is built anew when its scope is renamed or what it looks at changes, and only then', async (t) => {
  const events: string[] = [];
  const running = await startGateway(config, { plugins: [watched(events, () => ['consumers'])] });
  t.strictSame(events.splice(0), ['built service "shop", 0 consumers, 0 services'], 'it sees what it looks at');
  let next: EntitySet = { ...config, routes: [...config.routes, route(shop)] };
  running.apply(next);
  next = { ...next, services: [{ ...shop, retries: 1 }] };
  running.apply(next);
  t.strictSame(events, [], 'other changes leave it alone');
  next = { ...next, consumers: [consumer('bob')] };
  running.apply(next);
  t.strictSame(events.splice(0), ['built service "shop", 1 consumers, 0 services', 'closed service "shop"']);
  next = { ...next, services: [{ ...shop, name: 'store' }] };
  running.apply(next);
  t.strictSame(events.splice(0), ['built service "store", 1 consumers, 0 services', 'closed service "shop"']);
  await running.close();
  t.strictSame(events, ['closed service "store"']);
});

t.test('a plugin that does not say what it looks at is built anew with every change', async (t) => {
  const events: string[] = [];
  const running = await startGateway(config, { plugins: [watched(events, undefined)] });
  running.apply({ ...config, routes: [] });
  t.strictSame(events, [
    'built service "shop", 0 consumers, 1 services',
    'built service "shop", 0 consumers, 1 services',
    'closed service "shop"',
  ]);
  await running.close();
});

t.test('entities that mean the same are shown, and nothing is built for them', async (t) => {
  const events: string[] = [];
  const running = await startGateway(config, { plugins: [watched(events, () => [])] });
  const { gateway } = running;
  gateway.apply(config, hashEntities(config));
  events.length = 0;
  const later = {
    ...config,
    services: [{ ...shop, updated_at: 99 }],
    routes: config.routes.map((one) => ({ ...one })),
  };
  t.equal(gateway.apply(later, hashEntities(later, config)), 'unchanged');
  t.equal(gateway.snapshot.entities.services[0]?.updated_at, 99);
  const [renamed] = later.routes;
  const next = { ...later, routes: [{ ...renamed!, name: 'other' }] };
  t.equal(gateway.apply(next, hashEntities(next, later)), 'applied');
  t.strictSame(
    gateway.snapshot.routes.map((one) => one?.label),
    ['other'],
  );
  t.strictSame(events, [], 'the change after that goes by what is shown');
  await running.close();
});
