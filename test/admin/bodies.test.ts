import fc from 'fast-check';
import t from 'tap';
import { bodySchema } from '../../src/admin/body/body-schema.ts';
import { readEntityBody, type SchemaOfBody } from '../../src/admin/body/read-body.ts';
import { AdminError } from '../../src/admin/endpoint.ts';
import type { EntityKind } from '../../src/entities/kinds.ts';
import { isJsonObject, type JsonObject } from '../../src/lib/json.ts';
import { pluginDescriptions as catalog } from '../../src/plugins/descriptions.ts';
import { refusalOf } from '../support/refusal-of.ts';

const formType = 'application/x-www-form-urlencoded';

function read(schema: SchemaOfBody, contentType: string, body: string | Buffer | null): JsonObject {
  const call = { params: {}, query: {}, contentType, body: typeof body === 'string' ? Buffer.from(body) : body };
  const origin = { remote: '127.0.0.1', method: 'POST', path: '/' };
  return readEntityBody({ ...call, origin, showsSecrets: false }, schema);
}

/** @param stored the entity that the body changes */
function form(kind: EntityKind, body: string, stored: JsonObject | null = null): JsonObject {
  return read(
    bodySchema(kind, catalog, () => stored),
    formType,
    body,
  );
}

function json(body: string | Buffer): JsonObject {
  return read(bodySchema('services', catalog), 'application/json', body);
}

t.test('the commands of tutorials give what they mean', (t) => {
  t.strictSame(form('services', 'name=example_service&url=https%3A%2F%2Fhttpbin.konghq.com'), {
    name: 'example_service',
    url: 'https://httpbin.konghq.com',
  });
  t.strictSame(form('routes', 'paths[]=/mock&name=example_route'), { paths: ['/mock'], name: 'example_route' });
  t.strictSame(form('routes', 'paths=/'), { paths: ['/'] });
  t.strictSame(form('services', 'retries=6'), { retries: 6 });
  t.strictSame(
    form(
      'plugins',
      'name=openid-connect&service.name=openid-connect&config.issuer=https://idp.test&config.client_id=kong' +
        '&config.client_auth=private_key_jwt&config.cache_ttl=60&config.ssl_verify=false',
    ),
    {
      name: 'openid-connect',
      service: { name: 'openid-connect' },
      config: {
        issuer: 'https://idp.test',
        client_id: ['kong'],
        client_auth: ['private_key_jwt'],
        cache_ttl: 60,
        ssl_verify: false,
      },
    },
  );
  t.end();
});

t.test('values of forms are typed by the schema', (t) => {
  t.strictSame(form('services', 'port=8080&enabled=false&tls_verify=true&read_timeout=1e3'), {
    port: 8080,
    enabled: false,
    tls_verify: true,
    read_timeout: 1000,
  });
  t.strictSame(form('services', 'port=eighty&enabled=yes'), { port: 'eighty', enabled: 'yes' }, 'left for the check');
  t.strictSame(form('services', 'name=&tags=&unknown='), { name: null, tags: null, unknown: '' }, 'empty unsets');
  t.strictSame(form('services', 'name=5'), { name: '5' }, 'a text is no number');
  t.strictSame(form('services', 'tags=a,b'), { tags: ['a,b'] }, 'commas do not split');
  t.strictSame(form('routes', 'headers[x-a]=1&headers[x-b][]=2&headers[x.c]=3'), {
    headers: { 'x-a': ['1'], 'x-b': ['2'], 'x.c': ['3'] },
  });
  t.strictSame(form('routes', 'sources[1].ip=10.0.0.1&sources[1].port=80'), {
    sources: [{ ip: '10.0.0.1', port: 80 }],
  });
  t.strictSame(form('upstreams', 'name=u&healthchecks.active.healthy.interval=5&healthchecks.active.http_path='), {
    name: 'u',
    healthchecks: { active: { healthy: { interval: 5 }, http_path: null } },
  });
  t.strictSame(form('consumer_group_consumers', 'consumer=bob'), { consumer: 'bob' });
  t.strictSame(
    form('plugins', 'name=rate-limiting&config.redis_port=6380'),
    {
      name: 'rate-limiting',
      config: { redis_port: 6380 },
    },
    'a field of an older version',
  );
  t.strictSame(form('vaults', 'name=hcv&prefix=v&config.ttl=60'), { name: 'hcv', prefix: 'v', config: { ttl: 60 } });
  t.end();
});

t.test('a config without the name of its plugin is read as that of the stored one', (t) => {
  const stored = { name: 'rate-limiting' };
  t.strictSame(form('plugins', 'config.minute=5', stored), { config: { minute: 5 } });
  t.strictSame(form('plugins', 'config.minute=5'), { config: { minute: '5' } }, 'texts when nobody knows');
  t.strictSame(form('plugins', 'name=no-such&config.minute=5', stored), {
    name: 'no-such',
    config: { minute: '5' },
  });
  t.end();
});

t.test('multipart bodies are forms', (t) => {
  const body = ['name', 'a', 'paths[]', '/x\r\ny', 'paths[]', '/ü']
    .flatMap((text, index) =>
      index % 2 === 0 ? [`--b\r\nContent-Disposition: form-data; name="${text}"\r\n\r\n`] : [`${text}\r\n`],
    )
    .join('');
  const schema = bodySchema('routes', catalog);
  t.strictSame(read(schema, 'multipart/form-data; boundary=b', `${body}--b--\r\n`), {
    name: 'a',
    paths: ['/x\r\ny', '/ü'],
  });
  for (const [type, text] of [
    ['multipart/form-data', body],
    ['multipart/form-data; boundary=b', body],
    ['multipart/form-data; boundary=c', `${body}--b--\r\n`],
  ] as const) {
    t.strictSame(
      refusalOf(() => read(schema, type, text)),
      { status: 400, message: 'Cannot parse multipart body' },
    );
  }
  t.end();
});

t.test('JSON is taken as it is', (t) => {
  const text = '{"name":"a","config.client_id":"x","port":"80","tags":null,"n":9007199254740991,"f":1.5,"tags2":[]}';
  t.strictSame(json(text), JSON.parse(text));
  for (const broken of ['', '{', '[]', '"a"', 'null', '1', '{"a":1e999}', '\ufeff']) {
    t.strictSame(
      refusalOf(() => json(broken)),
      { status: 400, message: 'Cannot parse JSON body' },
      broken,
    );
  }
  t.equal(refusalOf(() => json(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).status, 400, 'no UTF-8');
  t.strictSame(read(bodySchema('services', catalog), 'application/json; charset=utf-8', '{}'), {});
  t.strictSame(read(bodySchema('services', catalog), 'Application/JSON', '{}'), {});
  t.end();
});

t.test('other types are refused, no body at all is an empty one', (t) => {
  const schema = bodySchema('services', catalog);
  for (const type of ['text/plain', 'application/yaml', 'application/jsonx', '']) {
    t.equal(refusalOf(() => read(schema, type, 'name=a')).status, 415, type);
  }
  t.strictSame(read(schema, '', null), {});
  t.strictSame(read(schema, formType, ''), {});
  t.end();
});

t.test('bodies nest 32 levels deep and no deeper', (t) => {
  const deep = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
  t.ok(json(deep(32)));
  t.match(
    refusalOf(() => json(deep(33))),
    { status: 400, message: /deeper than 32/ },
  );
  t.match(
    refusalOf(() => json(`{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`)),
    { status: 400 },
  );
  t.match(
    refusalOf(() => form('services', `${'a.'.repeat(40)}b=1`)),
    { status: 400, message: /deeper than 32/ },
  );
  t.end();
});

t.test('keys that mean something to objects are refused', (t) => {
  for (const key of ['__proto__', 'constructor', 'prototype']) {
    t.equal(refusalOf(() => json(`{"a":{"${key}":{"x":1}}}`)).status, 400, key);
    for (const name of [key, `a.${key}`, `a[${key}]`, `a%255B${key}%255D`]) {
      t.equal(refusalOf(() => form('services', `${name}=1`)).status, 400, name);
    }
  }
  t.equal(({} as Record<string, unknown>).x, undefined);
  t.end();
});

t.test('the marker of a secret that was not shown is refused, and the message names the field', (t) => {
  const body = JSON.stringify({ config: { client_secret: ['a', '[redacted]'] } });
  t.match(
    refusalOf(() => json(body)),
    { status: 400, message: /^schema violation \(config\.client_secret\.2: "\[redacted\]"/ },
  );
  t.equal(refusalOf(() => form('plugins', 'name=key-auth&config.key_names=[redacted]')).status, 400);
  t.ok(json('{"name":"a [redacted] b"}'), 'a text that speaks of it is one');
  t.end();
});

t.test('whatever is sent gives fields or an answer for the client', (t) => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.stringMatching(/^[a-c_.[\]=&%0-9{}":,5BDbd -]*$/),
    fc.json(),
    fc
      .array(fc.constantFrom('a', '.', '[', ']', '[]', '[1]', '=', '&', '%5B', '%5D', '__proto__', '[x.y]'))
      .map((parts) => parts.join('')),
  );
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)),
    text.map((s) => Buffer.from(s)),
  );
  const types = [
    'application/json',
    formType,
    'multipart/form-data; boundary=a',
    'multipart/form-data',
    'text/plain',
    '',
  ];
  const kinds: readonly EntityKind[] = ['services', 'routes', 'plugins', 'upstreams', 'vaults'];
  fc.assert(
    fc.property(fc.constantFrom(...types), fc.constantFrom(...kinds), bytes, (type, kind, body) => {
      try {
        const fields = read(
          bodySchema(kind, catalog, () => ({ name: 'rate-limiting' })),
          type,
          body,
        );
        return isJsonObject(fields) && Object.getPrototypeOf(fields) === Object.prototype;
      } catch (error) {
        return error instanceof AdminError && error.status >= 400 && error.status < 500;
      }
    }),
    { numRuns: 2000 },
  );
  t.pass('nothing else was thrown');
  t.end();
});
