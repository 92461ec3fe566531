import { routeDefaults } from '../../entities/defaults.ts';
import { isJsonObject, type JsonPath } from '../../lib/json.ts';
import { compileRoutePattern } from '../../lib/route-pattern.ts';
import { type Draft, listOf, textOf, textsOf } from '../draft.ts';
import type { Findings } from '../findings.ts';
import { looksLikeRegex, normalizePath } from '../path-form.ts';
import type { CheckContext } from './check.ts';
import { isAddressRange, whyNotRouteHost } from './host.ts';
import { checkExpressionField } from './route-expression.ts';
import { checkFlavor } from './route-flavor.ts';
import { allMatchers, isSet } from './route-matchers.ts';

type Family = 'http' | 'stream' | 'tls_passthrough' | 'grpc';

const families: ReadonlyMap<string, Family> = new Map<string, Family>([
  ['http', 'http'],
  ['https', 'http'],
  ['ws', 'http'],
  ['wss', 'http'],
  ['tcp', 'stream'],
  ['tls', 'stream'],
  ['udp', 'stream'],
  ['tls_passthrough', 'tls_passthrough'],
  ['grpc', 'grpc'],
  ['grpcs', 'grpc'],
]);

/** Matching fields each family of protocols has. `snis` needs a protocol with TLS besides. */
const matchers: Readonly<Record<Family, readonly string[]>> = {
  http: ['methods', 'hosts', 'headers', 'paths', 'snis'],
  grpc: ['hosts', 'headers', 'paths', 'snis'],
  stream: ['sources', 'destinations', 'snis'],
  tls_passthrough: ['snis'],
};

/** What is passed through can be matched on these, too, but not alone; so can requests in Kong's router `expressions`. */
const endpoints = ['sources', 'destinations'];

const tlsProtocols = new Set(['https', 'grpcs', 'tls', 'tls_passthrough', 'wss']);

/** What the schema cannot say about a route. */
export function checkRoute(draft: Draft, findings: Findings, { routerFlavor }: CheckContext): void {
  const report: Report = (code, path, message, hint) =>
    findings.add(code, draft.document, [...draft.path, ...path], message, { hint: hint ?? null });
  checkHosts(draft, report);
  checkPaths(draft, report);
  checkHeaders(draft, report);
  checkEndpoints(draft, report);
  const protocols = textsOf(draft.fields.protocols).map(([, protocol]) => protocol);
  const used = protocols.length > 0 ? protocols : routeDefaults.protocols;
  const [family = 'http'] = used.map((protocol) => families.get(protocol)).filter((known) => known !== undefined);
  checkExpressionField(draft, family === 'http' || family === 'grpc' ? 'http' : 'stream', findings);
  checkFlavor(draft, routerFlavor, findings);
  const isKnown = used.every((protocol) => families.has(protocol));
  if (isKnown && draft.fields.protocols !== null) {
    checkProtocols(draft, used, routerFlavor === 'expressions', findings);
  }
}

type Report = (code: string, path: JsonPath, message: string, hint?: string | null) => void;

function checkHosts(draft: Draft, report: Report): void {
  for (const [index, host] of textsOf(draft.fields.hosts)) {
    const problem = host === '' ? null : whyNotRouteHost(host);
    if (problem !== null) report('route/host', ['hosts', index], `host "${host}" ${problem}`);
  }
  for (const [index, sni] of textsOf(draft.fields.snis)) {
    const problem = sni === '' ? null : sni.includes(':') ? 'must have no port' : whyNotRouteHost(sni);
    if (problem !== null) report('route/host', ['snis', index], `SNI "${sni}" ${problem}`);
  }
}

function checkPaths(draft: Draft, report: Report): void {
  const given = listOf(draft.given.paths);
  for (const [index, path] of textsOf(draft.fields.paths)) {
    if (path === '') continue;
    const written = given[index];
    const isMigrated = written !== undefined && written !== path;
    if (path.startsWith('~')) checkRegexPath(path, ['paths', index], report);
    else checkPlainPath(path, ['paths', index], isMigrated, report);
  }
}

function checkRegexPath(path: string, at: JsonPath, report: Report): void {
  const pattern = path.slice(1);
  if (!pattern.startsWith('/')) {
    report('route/path', at, `path "${path}" must begin with "/", or with "~/" if it is a regular expression`);
    return;
  }
  const compiled = compileRoutePattern(pattern);
  if (compiled.ok) return;
  const hint = 'paths with "~" use the syntax of Rust\'s regex, without look-around and back-references';
  report('route/bad-regex', at, `"${pattern}" is not a regular expression: ${compiled.message}`, hint);
}

function checkPlainPath(path: string, at: JsonPath, isMigrated: boolean, report: Report): void {
  if (!path.startsWith('/')) {
    const message = `path "${path}" must begin with "/", or with "~/" if it is a regular expression`;
    report('route/path', at, message, `write "/${path}"`);
    return;
  }
  const normal = normalizePath(path);
  if (normal !== path) {
    report('route/path', at, `path "${path}" never matches: requests are compared in normal form`, `write "${normal}"`);
  } else if (!isMigrated && looksLikeRegex(path)) {
    const hint = `write "~${path}" if it is; otherwise this is fine`;
    report('route/regex-like-path', at, `path "${path}" looks like a regular expression but is taken literally`, hint);
  }
}

function checkHeaders(draft: Draft, report: Report): void {
  const { headers } = draft.fields;
  if (!isJsonObject(headers)) return;
  for (const [name, values] of Object.entries(headers)) {
    if (!/^[A-Za-z0-9_-]+$/.test(name)) {
      const message = `"${name}" is not a header name: letters, digits, "-" and "_" only`;
      report('route/header', ['headers', name], message);
    } else if (name.toLowerCase() === 'host') {
      report('route/header', ['headers', name], 'the Host header is matched by "hosts"', 'move its values to "hosts"');
    }
    // Kong takes a value for an expression only when it is the only one.
    for (const [index, value] of listOf(values).length === 1 ? textsOf(values) : []) {
      const compiled = value.startsWith('~*') ? compileRoutePattern(value.slice(2)) : null;
      if (compiled === null || compiled.ok) continue;
      const message = `"${value.slice(2)}" is not a regular expression: ${compiled.message}`;
      report('route/bad-regex', ['headers', name, index], message);
    }
  }
}

function checkEndpoints(draft: Draft, report: Report): void {
  for (const field of ['sources', 'destinations']) {
    for (const [index, endpoint] of listOf(draft.fields[field]).entries()) {
      const ip = isJsonObject(endpoint) ? textOf(endpoint.ip) : null;
      if (ip === null || isAddressRange(ip)) continue;
      report('route/address', [field, index, 'ip'], `"${ip}" is not an address or a range such as 10.0.0.0/8`);
    }
  }
}

function checkProtocols(draft: Draft, protocols: readonly string[], hasExpressions: boolean, findings: Findings): void {
  const used = [...new Set(protocols.map((protocol) => families.get(protocol) ?? 'http'))];
  const [family = 'http'] = used;
  const add = (code: string, field: string, message: string, hint: string | null = null): void =>
    findings.add(code, draft.document, [...draft.path, field], message, { hint, at: 'key' });
  if (used.length > 1) {
    const message = `protocols ${protocols.join(' and ')} cannot be used by one route: they match on different things`;
    add('route/protocols', 'protocols', message, 'make a route for each');
    return;
  }
  if (family === 'grpc' && draft.fields.strip_path === true) {
    add('route/field', 'strip_path', '"strip_path" must be false for gRPC: the path is the method that is called');
  }
  if (textOf(draft.fields.expression) !== null) return;
  const present = allMatchers.filter((field) => isSet(draft.fields[field]));
  const enough = matchers[family];
  const allowed = hasExpressions || family === 'tls_passthrough' ? [...new Set([...enough, ...endpoints])] : enough;
  const spoken = [...new Set(protocols)].join(', ');
  for (const field of present.filter((name) => !allowed.includes(name))) {
    add('route/field', field, `"${field}" cannot be used with protocol ${spoken}`, `allowed are ${allowed.join(', ')}`);
  }
  const hasTls = protocols.some((protocol) => tlsProtocols.has(protocol));
  if (present.includes('snis') && allowed.includes('snis') && !hasTls) {
    add('route/field', 'snis', `"snis" needs a protocol with TLS; this route speaks ${spoken}`);
  }
  if (present.every((field) => allowed.includes(field) && !enough.includes(field))) {
    const names = enough.filter((field) => field !== 'snis' || hasTls);
    const message = `the route matches nothing: it needs ${names.length > 1 ? 'at least one of ' : ''}${names.join(', ')}`;
    findings.add('route/no-matcher', draft.document, draft.path, message);
  }
}
