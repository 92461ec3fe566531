import t from 'tap';
import { EntityProblem } from '../../../src/config/store/entity-problem.ts';
import type { Row } from '../../../src/config/store/entity-view.ts';
import { fullSchema } from '../../../src/config/store/full-schema.ts';
import { defaultRecord } from '../../../src/config/plugin-defaults.ts';
import type { JsonObject } from '../../../src/lib/json.ts';
import { pluginCatalog } from '../../../src/plugins/registry.ts';
import { createSamples } from '../../support/sample-entities.ts';
import { newStore } from '../../support/entity-store.ts';

const id = (digit: number): string => `00000000-0000-4000-8000-${String(digit).padStart(12, '0')}`;

function problem(run: () => unknown): { code: number; message: string; fields: unknown } {
  try {
    run();
  } catch (error) {
    if (!(error instanceof EntityProblem)) throw error;
    return { code: error.code, message: error.message, fields: error.fields };
  }
  throw new Error('nothing is wrong');
}

t.test('a new entity has defaults, a random id and times', (t) => {
  const { store } = newStore();
  store.run((edit) => {
    const row = edit.create('services', { name: 'a', url: 'https://example.com/x' });
    t.match(row, { name: 'a', protocol: 'https', host: 'example.com', port: 443, path: '/x', retries: 5 });
    t.match(row.id, /^[0-9a-f]{8}-[0-9a-f]{4}-4/);
    t.equal(row.created_at, row.updated_at);
    t.equal(edit.named('services', 'a'), row);
  });
  t.equal(store.view.named('services', 'a'), null, 'readers do not see it before the commit');
  store.commit(store.candidate());
  t.equal(store.entities.services[0], store.view.named('services', 'a'));
  t.end();
});

t.test('what is wrong is said in the words of Kong', (t) => {
  const { store } = newStore();
  store.run((edit) => {
    const service = edit.create('services', { id: id(1), name: 'a', host: 'h' });
    const cases: readonly [() => unknown, number, string, unknown][] = [
      [
        () => edit.create('services', { name: 'b' }),
        2,
        'schema violation (host: required field missing)',
        { host: 'required field missing' },
      ],
      [
        () => edit.create('services', { host: 'h', port: 'x', nope: 1 }),
        2,
        '2 schema violations (nope: unknown field; port: expected an integer)',
        { port: 'expected an integer', nope: 'unknown field' },
      ],
      [
        () => edit.create('services', { host: 'h', routes: [] }),
        2,
        'schema violation (routes: unknown field)',
        { routes: 'unknown field' },
      ],
      [
        () => edit.create('services', { id: 'x', host: 'h' }),
        2,
        'schema violation (id: expected a valid UUID)',
        { id: 'expected a valid UUID' },
      ],
      [
        () => edit.create('services', { id: service.id, host: 'h' }),
        3,
        `primary key violation on key '{id="${id(1)}"}'`,
        { id: id(1) },
      ],
      [
        () => edit.create('services', { name: 'a', host: 'h' }),
        5,
        `UNIQUE violation detected on '{name="a"}'`,
        { name: 'a' },
      ],
      [
        () => edit.create('routes', { paths: ['/'], service: { id: id(9) } }),
        4,
        `the foreign key '{id="${id(9)}"}' does not reference an existing 'services' entity.`,
        { service: { id: id(9) } },
      ],
      [
        () => edit.create('routes', { paths: ['/'], service: { name: 'x' } }),
        13,
        `foreign key unresolved (service.name: the foreign key cannot be resolved with '{name="x"}' for an existing 'services' entity)`,
        { service: { name: `the foreign key cannot be resolved with '{name="x"}' for an existing 'services' entity` } },
      ],
      [
        () => edit.create('routes', { paths: ['/'], protocols: ['http', 'nope'] }),
        2,
        'schema violation (protocols.2: expected one of: grpc, grpcs, http, https, tcp, tls, tls_passthrough, udp, ws, wss)',
        { protocols: [null, 'expected one of: grpc, grpcs, http, https, tcp, tls, tls_passthrough, udp, ws, wss'] },
      ],
      [
        () => edit.create('plugins', { name: 'nope' }),
        2,
        `schema violation (name: plugin 'nope' not enabled; add it to the 'plugins' configuration property)`,
        { name: `plugin 'nope' not enabled; add it to the 'plugins' configuration property` },
      ],
      [
        () => edit.create('plugins', { name: 'key-auth', config: { key_names: 'x', a: 1 } }),
        2,
        '2 schema violations (config.a: unknown field; config.key_names: expected an array)',
        { config: { a: 'unknown field', key_names: 'expected an array' } },
      ],
      [
        () => edit.replace('ca_certificates', { by: 'name', text: 'x' }, {}),
        1,
        `invalid primary key: '{id="x"}'`,
        { id: 'expected a valid UUID' },
      ],
      [
        () => edit.create('targets', { target: 'h:1' }),
        2,
        'schema violation (upstream: required field missing)',
        { upstream: 'required field missing' },
      ],
    ];
    for (const [run, code, message, fields] of cases) t.same(problem(run), { code, message, fields }, message);
  });
  t.end();
});

t.test('each kind can be replaced by itself and patched with nothing, which moves updated_at alone', (t) => {
  const { store, clock } = newStore();
  store.run((edit) => {
    for (const [kind, row] of createSamples(edit)) {
      clock.advance(2000);
      const replaced = edit.replace(kind, { by: 'id', text: row.id }, row);
      t.same({ ...replaced, updated_at: row.updated_at }, row, `${kind} replaced`);
      if (kind !== 'consumer_group_consumers') t.ok(Number(replaced.updated_at) > Number(row.updated_at), kind);
      t.same({ ...edit.update(kind, row.id, {}), updated_at: row.updated_at }, row, `${kind} patched`);
    }
  });
  t.end();
});

t.test('a patch merges records, replaces lists and maps, and unsets with null', (t) => {
  const { store } = newStore();
  store.run((edit) => {
    const upstream = edit.create('upstreams', {
      name: 'u',
      tags: ['a'],
      healthchecks: { active: { type: 'tcp', timeout: 3, healthy: { interval: 7 } } },
    });
    const changed = edit.update('upstreams', upstream.id, {
      tags: null,
      healthchecks: { active: { healthy: { interval: 8 } } },
    });
    t.match(changed, { name: 'u', healthchecks: { active: { type: 'tcp', timeout: 3, healthy: { interval: 8 } } } });
    t.equal(changed.tags, null);
    const route = edit.create('routes', { paths: ['/a'], headers: { a: ['1'], b: ['2'] } });
    t.match(edit.update('routes', route.id, { headers: { c: ['3'] } }).headers, { c: ['3'], a: undefined });
    const service = edit.create('services', { host: 'h', path: '/p' });
    const moved = edit.update('services', service.id, { url: 'https://b.test:444/' });
    t.match(moved, { protocol: 'https', host: 'b.test', port: 444, path: '/' });
    const plugin = edit.create('plugins', { name: 'rate-limiting', config: { minute: 5, redis: { host: 'r' } } });
    const patched = edit.update('plugins', plugin.id, { config: { redis: { port: 7 }, minute: null, hour: 3 } });
    t.match(patched.config, { minute: null, hour: 3, redis: { host: 'r', port: 7 } });
  });
  t.end();
});

t.test('what refers to an entity goes with it, or keeps it', (t) => {
  const { store } = newStore();
  store.run((edit) => {
    const samples = createSamples(edit);
    const find = (kind: string): Row => samples.find(([known]) => known === kind)![1];
    t.match(
      problem(() => edit.remove('certificates', find('certificates').id)),
      {
        code: 4,
        message: "an existing 'services' entity references this 'certificates' entity",
        fields: { '@referenced_by': 'services' },
      },
    );
    t.ok(edit.named('snis', 'example.test'), 'nothing is gone');
    t.match(
      problem(() => edit.remove('services', find('services').id)),
      { code: 4, fields: { '@referenced_by': 'routes' } },
    );
    edit.remove('consumers', find('consumers').id);
    for (const kind of ['keyauth_credentials', 'acls', 'oauth2_tokens', 'consumer_group_consumers'] as const) {
      t.same(edit.all(kind), [], kind);
    }
    t.equal(edit.all('plugins').length, 4);
    edit.remove('routes', find('routes').id);
    edit.remove('services', find('services').id);
    edit.remove('services', find('services').id);
    edit.remove('certificates', find('certificates').id);
    t.same(edit.all('snis'), []);
    t.same(
      edit
        .all('plugins')
        .map(({ name }) => name)
        .sort(),
      ['acl', 'rate-limiting'],
    );
  });
  t.end();
});

t.test('a put by name keeps the id, and the body may not say another', (t) => {
  const { store, clock } = newStore();
  store.run((edit) => {
    const first = edit.replace('services', { by: 'name', text: 'a' }, { host: 'h', retries: 3, id: id(1) });
    t.match(first, { id: id(1), name: 'a', retries: 3 });
    clock.advance(5000);
    const second = edit.replace('services', { by: 'name', text: 'a' }, { host: 'h' });
    t.match(second, { id: id(1), retries: 5, created_at: first.created_at });
    t.match(
      problem(() => edit.replace('services', { by: 'name', text: 'a' }, { host: 'h', id: id(2) })),
      { code: 2 },
    );
    t.match(
      problem(() => edit.replace('services', { by: 'id', text: id(7) }, { host: 'h', name: 'a' })),
      { code: 5 },
    );
    t.match(edit.replace('services', { by: 'id', text: id(7) }, { host: 'h', name: 'b' }), { id: id(7) });
  });
  t.end();
});

t.test('a plugin is unique by name and scope', (t) => {
  const { store } = newStore();
  store.run((edit) => {
    const service = edit.create('services', { id: id(1), host: 'h' });
    const plugin = { name: 'key-auth', service: { id: service.id } };
    edit.create('plugins', plugin);
    t.same(
      problem(() => edit.create('plugins', plugin)),
      {
        code: 5,
        message: `UNIQUE violation detected on '{consumer=null,name="key-auth",route=null,service={id="${id(1)}"}}'`,
        fields: { consumer: null, name: 'key-auth', route: null, service: { id: id(1) } },
      },
    );
    t.ok(edit.create('plugins', { name: 'key-auth' }));
  });
  t.end();
});

t.test('no secret is repeated', (t) => {
  const { store } = newStore();
  store.run((edit) => {
    const consumer = { id: edit.create('consumers', { username: 'u' }).id };
    edit.create('keyauth_credentials', { consumer, key: 'hush-hush' });
    const problems = [
      problem(() => edit.create('keyauth_credentials', { consumer, key: 'hush-hush' })),
      problem(() => edit.create('certificates', { cert: 'hush-hush', key: 'hush-hush' })),
      problem(() =>
        edit.create('plugins', { name: 'openid-connect', config: { issuer: 5, client_secret: 'hush-hush' } }),
      ),
      problem(() =>
        edit.create('plugins', {
          name: 'openid-connect',
          config: { issuer: 'https://i.test', client_secret: { a: 'hush-hush' } },
        }),
      ),
      problem(() => edit.create('hmacauth_credentials', { consumer, username: 'u', secret: { a: 'hush-hush' } })),
    ];
    t.notMatch(JSON.stringify(problems), /hush/);
  });
  t.end();
});

t.test('a config with every default written out is that without them', (t) => {
  const { store } = newStore();
  store.run((edit) => {
    const given = { name: 'openid-connect', config: { issuer: 'https://idp.test/', client_id: ['a'] } };
    const row = edit.create('plugins', given);
    const { properties } = fullSchema('plugins', row, pluginCatalog) as { properties: { config: JsonObject } };
    const config = { ...defaultRecord(properties.config), ...(row.config as JsonObject) };
    const again = edit.replace('plugins', { by: 'id', text: row.id }, { ...given, config });
    t.same(again.config, row.config);
  });
  t.end();
});

t.test('a target is kept as it is sent: clients that leave the port out compare it with what they sent', (t) => {
  const { store } = newStore();
  store.run((edit) => {
    const upstream = { id: edit.create('upstreams', { name: 'u' }).id };
    for (const target of ['a.test', '::1', '[::1]:80']) {
      t.equal(edit.create('targets', { target, upstream }).target, target);
    }
    t.match(
      problem(() => edit.create('targets', { target: 'a.test', upstream })),
      { code: 5 },
    );
  });
  t.end();
});

t.test('a kind of vault that only some Kong knows is taken, a misspelt one is not', (t) => {
  const { store } = newStore();
  store.run((edit) => {
    t.ok(edit.create('vaults', { name: 'mocksocket', prefix: 'mine', config: { a: 1 } }));
    t.match(
      problem(() => edit.create('vaults', { name: 'azuer', prefix: 'other' })),
      { code: 2 },
    );
  });
  t.end();
});
