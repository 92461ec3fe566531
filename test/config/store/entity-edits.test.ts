import t from 'tap';
import { EntityProblem } from '../../../src/config/store/entity-problem.ts';
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
