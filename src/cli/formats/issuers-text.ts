import { Chalk } from 'chalk';
import { isJsonObject, type JsonObject, type JsonValue } from '../../lib/json.ts';
import { printable } from '../terminal.ts';

/** Endpoints worth a line, in the order a client needs them. */
const endpointNames = [
  'token_endpoint',
  'jwks_uri',
  'introspection_endpoint',
  'userinfo_endpoint',
  'authorization_endpoint',
  'end_session_endpoint',
  'revocation_endpoint',
];
const LABEL_WIDTH = 14;

/**
 * Issuers for people: a block each with id, endpoints, keys, ages, errors, clock, counters and users. The rows are
 * those of `GET /openid-connect/issuers`; what they hold came from a provider and is made harmless before it is shown.
 */
export function formatIssuers(
  rows: readonly JsonValue[],
  options: { readonly color: boolean; readonly now: number },
): string {
  if (rows.length === 0) return 'no issuers: no plugin has one, or none has been needed yet';
  const chalk = new Chalk({ level: options.color ? 1 : 0 });
  return rows
    .map((row) => (isJsonObject(row) ? row : {}))
    .map((row) => [chalk.bold(text(row.issuer)), ...describe(row, options.now, chalk)].join('\n'))
    .join('\n\n');
}

function describe(row: JsonObject, now: number, chalk: InstanceType<typeof Chalk>): string[] {
  const state = record(row.gw);
  const error = record(state.last_error);
  const nowSeconds = Math.floor(now / 1000);
  const fetchedAt = state.fetched_at;
  const refreshAt = state.next_refresh;
  const age = typeof fetchedAt === 'number' ? duration(nowSeconds - fetchedAt) : 'not fetched yet';
  return [
    line('id', text(row.id)),
    ...lines('endpoints', endpoints(record(row.configuration))),
    ...lines('keys', keys(row.keys)),
    line('document age', age),
    line('next refresh', typeof refreshAt === 'number' ? until(refreshAt - nowSeconds) : 'when it is needed'),
    ...lines('key sets', keySets(state.key_sets, nowSeconds)),
    line(
      'last error',
      typeof error.message === 'string' ? chalk.red(`${text(error.message)} (${ago(nowSeconds, error.at)})`) : 'none',
    ),
    line('clock', clock(state.clock_skew_ms, chalk)),
    ...counters(record(state.counters)),
    ...lines('used by', users(state.used_by)),
  ];
}

function endpoints(document: JsonObject): string[] {
  const present = endpointNames.filter((name) => typeof document[name] === 'string');
  return columns(present.map((name) => [name, text(document[name])]));
}

function keys(value: JsonValue | undefined): string[] {
  const rows = list(value).map((key) => {
    const jwk = record(key);
    return [text(jwk.kid), text(jwk.kty), text(jwk.alg)];
  });
  return rows.length === 0 ? [] : columns([['kid', 'kty', 'alg'], ...rows]);
}

function keySets(value: JsonValue | undefined, now: number): string[] {
  return columns(
    list(value).map((item) => {
      const { uri, keys: count, fetched_at: at } = record(item);
      return [
        text(uri),
        typeof at === 'number' ? `${text(count)} ${count === 1 ? 'key' : 'keys'}, ${ago(now, at)}` : 'not fetched yet',
      ];
    }),
  );
}

/** Clocks that differ by more than gw warns of; see docs/openid-connect.md. */
const NOTABLE_SKEW_MS = 5000;

function clock(skew: JsonValue | undefined, chalk: InstanceType<typeof Chalk>): string {
  if (typeof skew !== 'number') return 'not compared yet';
  if (skew === 0) return 'in step';
  const said = `${text(Math.round(Math.abs(skew) / 100) / 10)} s ${skew > 0 ? 'ahead of' : 'behind'} ours, at least`;
  return Math.abs(skew) > NOTABLE_SKEW_MS ? chalk.red(said) : said;
}

/** Two lines: what the provider was asked, and how callers were served. */
function counters(counts: JsonObject): string[] {
  const shown = (pairs: readonly (readonly [string, string])[]): string =>
    pairs.map(([label, name]) => `${label} ${text(counts[name])}`).join(', ');
  return [line('asked', shown(callCounters)), line('callers', shown(useCounters))];
}

const callCounters = [
  ['tokens', 'token_calls'],
  ['introspection', 'introspection_calls'],
  ['userinfo', 'userinfo_calls'],
  ['documents', 'discovery_fetches'],
  ['keys', 'jwks_fetches'],
  ['failed', 'failed_fetches'],
] as const;

const useCounters = [
  ['hits', 'cache_hits'],
  ['negative', 'cache_negative'],
  ['misses', 'cache_misses'],
  ['joined', 'cache_joins'],
  ['stale', 'cache_stale'],
] as const;

function users(value: JsonValue | undefined): string[] {
  return list(value).map((item) => {
    const user = record(item);
    return `openid-connect on ${text(user.scope)} (plugin ${text(user.pluginId)})`;
  });
}

function line(label: string, value: string): string {
  return `  ${label.padEnd(LABEL_WIDTH)}${value}`;
}

function lines(label: string, values: readonly string[]): string[] {
  if (values.length === 0) return [line(label, 'none')];
  return values.map((value, index) => line(index === 0 ? label : '', value));
}

/** Cells in columns that are as wide as their widest cell. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

function duration(seconds: number): string {
  if (seconds < 120) return `${Math.max(0, seconds)} s`;
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86_400)} d`;
}

function until(seconds: number): string {
  return seconds <= 0 ? 'with the next request' : `in ${duration(seconds)}`;
}

function ago(now: number, at: JsonValue | undefined): string {
  return typeof at === 'number' ? `${duration(now - at)} ago` : 'time unknown';
}

function text(value: JsonValue | undefined): string {
  if (value === undefined || value === null || value === '') return '-';
  return printable(typeof value === 'string' ? value : JSON.stringify(value));
}

function record(value: JsonValue | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function list(value: JsonValue | undefined): readonly JsonValue[] {
  return Array.isArray(value) ? (value as readonly JsonValue[]) : [];
}
