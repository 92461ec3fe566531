import type { ExpressionNode, Literal, Predicate } from '../../../src/router/expression/expression-node.ts';
import type { RouterRequest } from '../../../src/router/router.ts';

/** Evaluates an expression the long way, value by value, after the documentation of the language. */
export function evaluate(node: ExpressionNode, request: RouterRequest): boolean {
  if (node.kind === 'predicate') return evaluatePredicate(node, request);
  if (node.kind === 'not') return !evaluate(node.operand, request);
  const results = node.operands.map((operand) => evaluate(operand, request));
  return node.kind === 'and' ? !results.includes(false) : results.includes(true);
}

function evaluatePredicate(node: Predicate, request: RouterRequest): boolean {
  const values = valuesOf(node.field.name, request);
  const results = values.map((value) => compare(node, node.field.isLower ? String(value).toLowerCase() : value));
  return node.field.isAny ? results.includes(true) : results.length > 0 && !results.includes(false);
}

function valuesOf(name: string, request: RouterRequest): readonly (string | number)[] {
  const [, host = '', port] = /^([^:]*)(?::(\d+))?$/.exec(request.host) ?? [];
  const segments = request.path
    .replace(/^\//, '')
    .replace(/\/*$/, '')
    .split('/')
    .filter((_, at, all) => all.join('') !== '' || at > 0);
  const single: Readonly<Record<string, string | number | null>> = {
    'net.protocol': request.scheme,
    'tls.sni': request.sni,
    'net.src.ip': request.sourceIp,
    'net.dst.ip': request.destinationIp,
    'net.src.port': request.sourcePort,
    'net.dst.port': port === undefined ? request.port : Number(port),
    'http.method': request.method,
    'http.host': host === '' ? null : host,
    'http.path': request.path,
    'http.path.segments.len': segments.length,
  };
  if (Object.hasOwn(single, name)) return [single[name]].filter((value) => value !== null && value !== undefined);
  const key = name.slice(name.lastIndexOf('.') + 1);
  if (name.startsWith('http.headers.')) {
    const found = request.rawHeaders.map((header, at) =>
      at % 2 === 0 && header.toLowerCase().replaceAll('-', '_') === key ? at : -1,
    );
    return found.filter((at) => at >= 0).map((at) => request.rawHeaders[at + 1]!);
  }
  if (name.startsWith('http.queries.')) return new URLSearchParams(request.query).getAll(key);
  const [first, last = first] = key.split('_').map(Number) as [number, number?];
  return last < segments.length ? [segments.slice(first, last + 1).join('/')] : [];
}

function compare({ operator, value }: Predicate, actual: string | number): boolean {
  const text = value.type === 'text' ? value.text : '';
  if (operator === '~') return new RegExp(text).test(String(actual));
  if (operator === '^=') return String(actual).startsWith(text);
  if (operator === '=^') return String(actual).endsWith(text);
  if (operator === 'contains') return String(actual).includes(text);
  if (operator === 'in') return inRange(String(actual), value);
  if (operator === 'not in') return !inRange(String(actual), value);
  const other = value.type === 'integer' ? Number(value.integer) : value.type === 'address' ? value.address : text;
  if (operator === '==') return actual === other;
  if (operator === '!=') return actual !== other;
  if (operator === '>') return actual > other;
  if (operator === '>=') return actual >= other;
  return operator === '<' ? actual < other : actual <= other;
}

/** Enough for the addresses of the tests. */
function inRange(address: string, value: Literal): boolean {
  const prefixes: Readonly<Record<string, RegExp>> = {
    '10.0.0.0/8': /^10\./,
    '10.0.0.0/31': /^10\.0\.0\.[01]$/,
    'fd00::/16': /^fd00:/,
  };
  return value.type === 'range' && prefixes[value.range]!.test(address);
}
