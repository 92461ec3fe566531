import t from 'tap';
import { configErrorBody } from '../../src/admin/config-errors.ts';
import { luaNotation } from '../../src/lib/lua-notation.ts';
import { readMultipartField } from '../../src/admin/multipart.ts';
import type { Diagnostic } from '../../src/config/diagnostic.ts';
import type { JsonPath } from '../../src/lib/json.ts';

function finding(path: JsonPath, message: string, severity: Diagnostic['severity'] = 'error'): Diagnostic {
  const start = { line: 1, column: 1, offset: 0 };
  return { code: 'x/y', severity, message, file: 'f', range: { start, end: start }, path, entity: null };
}

t.test('the message is in Lua notation: sorted keys, lists from 1, holes left out', (t) => {
  t.equal(
    luaNotation({ b: 'x', a: [null, null, { 'odd key': 'y"' }], c: ['z'] }),
    '{a={[3]={["odd key"]="y\\""}},b="x",c={"z"}}',
  );
  t.end();
});

t.test('errors become fields in the shape of the document, warnings only diagnostics', (t) => {
  const findings = [
    finding(['services', 1, 'host'], 'required field missing'),
    finding(['services', 1, 'routes', 0, 'paths', 1], 'should start with: /'),
    finding(['services', 0, 'port'], 'odd', 'warning'),
  ];
  const body = configErrorBody(findings, '', false);
  t.equal(body.code, 14);
  t.same(body.fields, {
    services: [null, { host: 'required field missing', routes: [{ paths: [null, 'should start with: /'] }] }],
  });
  t.equal(
    body.message,
    'declarative config is invalid: {services={[2]={host="required field missing",routes={{paths={[2]="should start with: /"}}}}}}',
  );
  t.equal((body.diagnostics as unknown[]).length, 3);
  t.notOk('flattened_errors' in body);
  t.end();
});

t.test('findings about a record, its members and the whole text do not hide each other', (t) => {
  const paths: JsonPath[] = [[], ['routes', 0], ['routes', 0, 'paths'], ['routes', 0], ['__proto__', 'x']];
  const { fields } = configErrorBody(
    paths.map((path, index) => finding(path, `m${index}`)),
    '',
    false,
  );
  t.equal(
    JSON.stringify(fields),
    '{"error":"m0","routes":[{"@entity":["m1","m3"],"paths":"m2"}],"__proto__":{"x":"m4"}}',
  );
  t.end();
});

t.test('flatten_errors gives a row per entity, children on their own', (t) => {
  const text = '{"services":[{"name":"s","tags":["a"],"routes":[{"name":"r","paths":["x"]}]}]}';
  const findings = [
    finding(['services', 0, 'host'], 'required'),
    finding(['services', 0, 'routes', 0, 'paths', 0], 'bad path'),
    finding(['services', 0, 'routes', 0], 'must set one of'),
    finding(['_format_version'], 'missing'),
  ];
  t.same(configErrorBody(findings, text, true).flattened_errors, [
    {
      entity_type: 'service',
      entity_name: 's',
      entity_id: null,
      entity_tags: ['a'],
      entity: { name: 's', tags: ['a'] },
      errors: [{ type: 'field', field: 'host', message: 'required' }],
    },
    {
      entity_type: 'route',
      entity_name: 'r',
      entity_id: null,
      entity_tags: null,
      entity: { name: 'r', paths: ['x'] },
      errors: [
        { type: 'field', field: 'paths', message: 'bad path' },
        { type: 'entity', message: 'must set one of' },
      ],
    },
  ]);
  t.end();
});

t.test('multipart: the field is found whole, whatever else is sent; broken bodies are refused', (t) => {
  const type = 'multipart/form-data; boundary="b1"';
  const part = (name: string, value: string): string =>
    `--b1\r\nContent-Disposition: form-data; name="${name}"; filename="x"\r\nContent-Type: text/yaml\r\n\r\n${value}\r\n`;
  const body = Buffer.from(`${part('other', 'no')}${part('config', 'a: 1\r\n\r\nb: "--b"')}--b1--\r\n`);
  t.equal(readMultipartField(type, body, 'config')?.toString(), 'a: 1\r\n\r\nb: "--b"');
  t.equal(readMultipartField(type, body, 'missing'), null);
  t.throws(() => readMultipartField(type, body.subarray(0, 40), 'config'), TypeError);
  t.throws(() => readMultipartField('multipart/form-data', body, 'config'), TypeError);
  t.end();
});
