import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../../lib/json.ts';
import { nearest } from '../../lib/nearest.ts';
import type { AnsweredPlugin, AnswerRecord } from '../routing/answer-record.ts';
import type { NamedEntity } from '../routing/model-route.ts';

/** An expectation that is not met. */
export interface Mismatch {
  readonly code: string;
  /** From the expectations of the test. */
  readonly path: JsonPath;
  readonly message: string;
  readonly hint: string | null;
}

/** Compares what a test states with what becomes of its request. All follows from the route, so it comes alone. */
export function compareAnswer(expect: JsonObject, actual: AnswerRecord): readonly Mismatch[] {
  const route = compareRoute(expect.route, actual);
  if (route !== null) return [route];
  return [
    compareEntity(expect.service, actual.service),
    compareUrl(expect.upstream_url, actual.upstream_url),
    compareText('upstream_host', 'test/upstream-host', 'Host header', expect, actual),
    compareText('prefix', 'test/prefix', 'prefix', expect, actual),
    ...compareCaptures(expect.captures, actual.captures),
    compareStatus(expect.status, actual),
    compareText('redirect', 'test/redirect', 'redirect', expect, actual),
    comparePlugins(expect.plugins, actual.plugins),
    ...pluginsOf(expect.plugins_include).map((entry, index) => compareIncluded(entry, index, actual.plugins)),
    ...pluginsOf(expect.plugins_exclude).map((entry, index) => compareExcluded(entry, index, actual.plugins)),
  ].filter((mismatch) => mismatch !== null);
}

/** Whether an entity has this name or id. */
export function isNamed(entity: NamedEntity | null, text: string): boolean {
  return entity !== null && (entity.name === text || entity.id === text.toLowerCase());
}

function compareRoute(expected: JsonValue | undefined, { route, status }: AnswerRecord): Mismatch | null {
  if (expected === undefined || isSame(route, expected)) return null;
  const refused = status === 400 ? 'the path is refused (400)' : 'no route matches';
  const got = route === null ? refused : `${quote(labelOf(route))} takes the request`;
  const wanted = expected === null ? 'no route' : `route ${quote(expected)}`;
  return mismatch('test/route', ['route'], `expected ${wanted}, but ${got}`);
}

function compareEntity(expected: JsonValue | undefined, service: NamedEntity | null): Mismatch | null {
  if (expected === undefined || isSame(service, expected)) return null;
  const wanted = expected === null ? 'no service' : `service ${quote(expected)}`;
  return mismatch('test/service', ['service'], `expected ${wanted}, not ${quote(labelOf(service))}`);
}

/** An expectation that begins with a slash is about path and query; a default port may be written or not. */
function compareUrl(expected: JsonValue | undefined, actual: string | null): Mismatch | null {
  if (expected === undefined || expected === actual) return null;
  const isTarget = typeof expected === 'string' && expected.startsWith('/');
  const got = isTarget && actual !== null ? targetOf(actual) : actual;
  if (typeof expected === 'string' && got !== null && plainUrl(expected) === plainUrl(got)) return null;
  const what = isTarget ? 'upstream path' : 'upstream URL';
  return mismatch('test/upstream-url', ['upstream_url'], `expected ${what} ${quote(expected)}, not ${quote(got)}`);
}

function compareText(
  key: 'upstream_host' | 'prefix' | 'redirect',
  code: string,
  what: string,
  expect: JsonObject,
  actual: AnswerRecord,
): Mismatch | null {
  const expected = expect[key];
  if (expected === undefined || expected === actual[key]) return null;
  const isOpen = key === 'upstream_host' && actual.upstream !== null && actual[key] === null;
  const hint = isOpen ? 'it is that of the target which is chosen' : null;
  return mismatch(code, [key], `expected ${what} ${quote(expected)}, not ${quote(actual[key])}`, hint);
}

function compareCaptures(expected: JsonValue | undefined, actual: AnswerRecord['captures']): readonly Mismatch[] {
  if (expected === null && actual !== null) {
    const groups = Object.keys(actual).map(quote).join(', ');
    return [mismatch('test/captures', ['captures'], `expected no captures, but there are groups ${groups}`)];
  }
  if (!isJsonObject(expected)) return [];
  return Object.entries(expected).flatMap(([group, value]) => {
    const got = actual?.[group] ?? null;
    if (got === (value === null ? null : textOf(value))) return [];
    const near = got === null ? nearest(group, Object.keys(actual ?? {})) : null;
    const hint = near === null ? null : `did you mean ${quote(near)}?`;
    return [
      mismatch(
        'test/captures',
        ['captures', group],
        `expected group "${group}" to be ${quote(value)}, not ${quote(got)}`,
        hint,
      ),
    ];
  });
}

function compareStatus(
  expected: JsonValue | undefined,
  { status, upstream_url: url, redirect }: AnswerRecord,
): Mismatch | null {
  if (expected === undefined || expected === status) return null;
  const wanted = expected === null ? 'the request to be proxied' : `status ${textOf(expected)}`;
  const goes = url === null ? 'the connection goes to no upstream' : `the request goes to ${quote(url)}`;
  const got =
    status === null ? goes : `the gateway answers ${status}${redirect === null ? '' : ` to ${quote(redirect)}`}`;
  return mismatch('test/status', ['status'], `expected ${wanted}, but ${got}`);
}

interface ExpectedPlugin {
  readonly name: string;
  readonly scope: string | null;
}

function comparePlugins(expected: JsonValue | undefined, actual: readonly AnsweredPlugin[]): Mismatch | null {
  if (expected === undefined) return null;
  const wanted = pluginsOf(expected);
  if (wanted.length === actual.length && wanted.every((entry, index) => fits(entry, actual[index]))) return null;
  const withScopes = wanted.some(({ scope }) => scope !== null);
  const list = (plugins: readonly ExpectedPlugin[]): string =>
    plugins.length === 0
      ? 'none'
      : plugins.map(({ name, scope }) => (scope === null || !withScopes ? name : `${name} (${scope})`)).join(', ');
  return mismatch('test/plugins', ['plugins'], `expected plugins ${list(wanted)}, not ${list(actual)}`);
}

function compareIncluded(wanted: ExpectedPlugin, index: number, actual: readonly AnsweredPlugin[]): Mismatch | null {
  if (actual.some((plugin) => fits(wanted, plugin))) return null;
  const other = actual.find(({ name }) => name === wanted.name);
  const path = ['plugins_include', index];
  if (other !== undefined) {
    const message = `expected plugin "${wanted.name}" with ${configOf(wanted.scope ?? '')}, not ${configOf(other.scope)}`;
    return mismatch('test/plugins', path, message);
  }
  const names = actual.map(({ name }) => name);
  const near = nearest(wanted.name, names);
  const running = names.length === 0 ? 'no plugin runs' : `these run: ${names.join(', ')}`;
  const hint = near === null ? running : `did you mean "${near}"?`;
  return mismatch('test/plugins', path, `plugin "${wanted.name}" does not run`, hint);
}

function compareExcluded(unwanted: ExpectedPlugin, index: number, actual: readonly AnsweredPlugin[]): Mismatch | null {
  const found = actual.find((plugin) => fits(unwanted, plugin));
  if (found === undefined) return null;
  const message = `plugin "${found.name}" runs, with ${configOf(found.scope)}`;
  return mismatch('test/plugins', ['plugins_exclude', index], message);
}

function configOf(scope: string): string {
  return scope === 'global' ? 'its global config' : `the config of ${scope}`;
}

/** A scope may be stated by its kinds alone: `service` for `service "orders"`. */
function fits({ name, scope }: ExpectedPlugin, plugin: AnsweredPlugin | undefined): boolean {
  if (plugin?.name !== name) return false;
  return scope === null || scope === plugin.scope || scope === plugin.scope.replaceAll(/ "[^"]*"/g, '');
}

function pluginsOf(value: JsonValue | undefined): readonly ExpectedPlugin[] {
  const list = Array.isArray(value) ? (value as readonly JsonValue[]) : [];
  return list.map((entry) =>
    isJsonObject(entry)
      ? { name: textOf(entry.name ?? ''), scope: typeof entry.scope === 'string' ? entry.scope : null }
      : { name: textOf(entry), scope: null },
  );
}

function isSame(entity: NamedEntity | null, expected: JsonValue): boolean {
  return expected === null ? entity === null : typeof expected === 'string' && isNamed(entity, expected);
}

/** Path and query of a URL that gw made. */
function targetOf(url: string): string {
  const slash = url.indexOf('/', url.indexOf('://') + 3);
  return slash < 0 ? '/' : url.slice(slash);
}

function plainUrl(url: string): string {
  const [, scheme, host, port, rest] = /^([a-z_]+):\/\/(.*?)(?::(\d+))?([/?].*)?$/is.exec(url) ?? [];
  if (scheme === undefined) return url;
  const name = scheme.toLowerCase();
  const isDefault = port === undefined || Number(port) === (/^(?:https|grpcs|wss)$/.test(name) ? 443 : 80);
  return `${name}://${(host ?? '').toLowerCase()}${isDefault ? '' : `:${port}`}${rest ?? '/'}`;
}

function labelOf(entity: NamedEntity | null): string | null {
  return entity === null ? null : (entity.name ?? entity.id);
}

function quote(value: JsonValue): string {
  return value === null ? 'none' : `"${textOf(value)}"`;
}

/** A scalar as text; the schema lets nothing else come here. */
function textOf(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function mismatch(code: string, path: JsonPath, message: string, hint: string | null = null): Mismatch {
  return { code, path, message, hint };
}
