import type { SeededRandom } from './random.ts';

/** A request made to break what reads it. */
export interface RandomRequest {
  readonly method: string;
  /** With the query, fit for a request line. */
  readonly path: string;
  readonly contentType: string | null;
  readonly body: Buffer | null;
}

/** What requests are made of. */
export interface RequestParts {
  /** Paths as `GET /endpoints` lists them: `{name}` stands for a segment. */
  readonly paths: readonly string[];
  /** Segments that lead to something. */
  readonly keys: readonly string[];
  /** Names of fields that some schema knows. */
  readonly fields: readonly string[];
  /** Bodies that are right, by the last word of the path they are for. */
  readonly samples: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'];
const methodsOfEntity = ['PUT', 'PUT', 'PUT', 'PATCH', 'PATCH', 'PATCH', 'GET', 'DELETE'];
const types = [
  ...Array.from({ length: 10 }, () => 'application/json'),
  ...Array.from({ length: 5 }, () => 'application/x-www-form-urlencoded'),
  'application/json',
  'application/json; charset=utf-8',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'multipart/form-data',
  'application/yaml',
  'text/plain',
  'application/json, text/plain',
  ';',
];
const hostileKeys = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', '', 'a.b', 'id', 'x'];
const hostileValues: readonly unknown[] = [
  ...[null, true, false, 0, -1, 1.5, 2 ** 31, 2 ** 53, 1e308, -1e308, 65_536],
  ...['', ' ', 'a', 'http', 'http://a.test', '/', '/a', '~/(', '~/(?<x>a+)+$', '*.a.test', '10.0.0.0/33', 'a:99999'],
  ...['{vault://env/x}', '{vault://', '${{ env "X" }}', '[redacted]', '\u0000', '\ud800', '\u202e', 'x'.repeat(3000)],
  ...['0b9a1f4e-6f2d-4c9c-8a51-0c2f5f7d2a11', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----'],
  ...[[], {}, [null], [[]], { id: 'x' }, { id: null }, { name: 'a' }, { name: 1 }, { id: [] }],
  ...['openid-connect', 'acl', 'rate-limiting', 'no-such-plugin', 'round-robin', 'env'],
];

/** One request; the same for the same state of `random`. */
export function randomRequest(random: SeededRandom, parts: RequestParts): RandomRequest {
  const template = randomTemplate(random, parts);
  const method = randomMethod(random, template);
  const path = randomPath(random, template, parts);
  const contentType = random.below(12) === 0 ? null : random.pick(types);
  if (random.below(15) === 0) return { method, path, contentType, body: null };
  return {
    method,
    path,
    contentType,
    body: randomBody(random, contentType ?? '', { ...parts, sample: sampleFor(template, parts) }),
  };
}

/** Seldom one that the path does not have. */
function randomMethod(random: SeededRandom, template: string): string {
  if (random.below(8) === 0) return random.pick(methods);
  return template.endsWith('}') ? random.pick(methodsOfEntity) : 'POST';
}

/** Three of four times one that entities are written to. */
function randomTemplate(random: SeededRandom, parts: RequestParts): string {
  const writable = parts.paths.filter((path) => sampleFor(path, parts) !== null);
  return random.pick(random.below(4) === 0 || writable.length === 0 ? parts.paths : writable);
}

function sampleFor(template: string, { samples }: RequestParts): BodyParts['sample'] {
  const word = template
    .split('/')
    .filter((segment) => segment !== '' && !segment.startsWith('{'))
    .at(-1);
  return samples[word ?? ''] ?? null;
}

/** What one body is made of. */
interface BodyParts extends RequestParts {
  readonly sample: Readonly<Record<string, unknown>> | null;
}

function randomPath(random: SeededRandom, template: string, { keys }: RequestParts): string {
  const path = template.replace(/\{[^}]*\}/g, () => encodeURIComponent(randomKey(random, keys)));
  const slash = random.below(20) === 0 ? '/' : '';
  const workspace = random.below(20) === 0 ? '/default' : '';
  const query = random.below(3) === 0 ? `?${randomQuery(random)}` : '';
  return `${workspace}${path}${slash}${query}`;
}

function randomKey(random: SeededRandom, keys: readonly string[]): string {
  if (random.below(4) > 0 && keys.length > 0) return random.pick(keys);
  return random.pick([
    'a',
    '円',
    '%',
    '..',
    '__proto__',
    '0b9a1f4e-6f2d-4c9c-8a51',
    '\'"',
    'x'.repeat(500),
    '\u0000',
    ' ',
  ]);
}

function randomQuery(random: SeededRandom): string {
  const names = [
    'size',
    'offset',
    'tags',
    'custom_id',
    'check_hash',
    'flatten_errors',
    'list_consumers',
    'a[b]',
    '%',
    '',
  ];
  const values = ['', '0', '-1', '1', '1000', '9e9', 'a,b', 'a/b', '/,', '%ff', '%00', 'bm9wZQ', 'x'.repeat(200)];
  return Array.from({ length: 1 + random.below(3) }, () => `${random.pick(names)}=${random.pick(values)}`).join('&');
}

function randomBody(random: SeededRandom, contentType: string, parts: BodyParts): Buffer {
  if (random.below(10) === 0) return Buffer.from(Array.from({ length: random.below(200) }, () => random.below(256)));
  if (contentType.includes('form-urlencoded')) return Buffer.from(randomForm(random, parts));
  if (contentType.includes('multipart')) return Buffer.from(randomMultipart(random, parts));
  const text = randomJson(random, parts);
  if (random.below(8) > 0) return Buffer.from(text);
  const cut = random.below(text.length + 1);
  return Buffer.concat([Buffer.from(text.slice(0, cut)), Buffer.from([0xff, 0xc0]), Buffer.from(text.slice(cut))]);
}

function randomJson(random: SeededRandom, parts: BodyParts): string {
  switch (random.below(20)) {
    case 0:
      return '['.repeat(1 + random.below(5000));
    case 1:
      return `{"name":${'{"a":'.repeat(40)}1${'}'.repeat(40)}}`;
    case 2:
      return random.pick(['', 'null', '1', '"a"', '[]', '{"a":1e999}', '{"a":00}', '{"a":1,"a":2}', '\ufeff{}']);
    default:
      return JSON.stringify({
        ...(random.below(3) > 0 ? parts.sample : null),
        ...(random.below(2) > 0 ? randomRecord(random, parts, 3) : null),
      });
  }
}

function randomRecord(random: SeededRandom, parts: RequestParts, depth: number): Readonly<Record<string, unknown>> {
  const record = Object.create(null) as Record<string, unknown>;
  const count = random.below(7);
  for (let index = 0; index < count; index++) record[randomName(random, parts)] = randomValue(random, parts, depth);
  return record;
}

function randomName(random: SeededRandom, { fields }: RequestParts): string {
  return random.below(8) === 0 ? random.pick(hostileKeys) : random.pick(fields);
}

function randomValue(random: SeededRandom, parts: RequestParts, depth: number): unknown {
  if (depth === 0 || random.below(3) > 0) return random.pick(hostileValues);
  if (random.below(2) === 0) return randomRecord(random, parts, depth - 1);
  return Array.from({ length: random.below(4) }, () => randomValue(random, parts, depth - 1));
}

function randomForm(random: SeededRandom, parts: BodyParts): string {
  const count = random.below(40) === 0 ? 1200 : random.below(5);
  const pairs = Array.from({ length: count }, () => `${randomArgument(random, parts)}=${randomText(random)}`);
  const sample = Object.entries(parts.sample ?? {}).map(
    ([name, value]) => `${name}=${encodeURIComponent(String(value))}`,
  );
  if (random.below(3) > 0) pairs.unshift(...sample);
  return pairs.join(random.below(20) === 0 ? '&&' : '&');
}

function randomArgument(random: SeededRandom, parts: RequestParts): string {
  const tail = [
    '',
    '',
    '[]',
    '[1]',
    '[0]',
    '[999999999]',
    '[a]',
    '[a.b]',
    '[',
    ']',
    '.',
    '.name',
    '[1].x',
    '[][]',
    '%5B%5D',
  ];
  return randomName(random, parts) + random.pick(tail) + random.pick(tail);
}

function randomText(random: SeededRandom): string {
  return random.below(10) === 0 ? '%ff%fe%' : encodeURIComponent(plainText(random));
}

/** Lone surrogates have no form in UTF-8. */
function plainText(random: SeededRandom): string {
  const value = random.pick(hostileValues);
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString();
}

function randomMultipart(random: SeededRandom, parts: RequestParts): string {
  const fields = Array.from({ length: random.below(4) }, () => {
    const name = randomArgument(random, parts);
    const head = random.pick([
      `Content-Disposition: form-data; name="${name}"`,
      `Content-Disposition: form-data; name=${name}`,
      `content-disposition: form-data; name="${name}"; filename="a"\r\nContent-Type: text/plain`,
      'Content-Disposition: form-data',
      'X: y',
      '',
    ]);
    return `--x\r\n${head}\r\n\r\n${plainText(random)}\r\n`;
  });
  return fields.join('') + random.pick(['--x--\r\n', '--x--', '--x', '', '--y--\r\n']);
}
