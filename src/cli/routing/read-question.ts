import { isIP } from 'node:net';
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../../lib/json.ts';
import { nearest } from '../../lib/nearest.ts';
import type { HttpQuestion, Question } from './question.ts';
import { type QuestionUrl, type RequestScheme, readScheme, readUrl } from './question-url.ts';
import { schemeNames, serverNameOf, wireTarget, wireText } from './question-url.ts';

/** Why a request cannot be read. */
export interface QuestionProblem {
  /** The member at fault; empty for the request as a whole. */
  readonly path: JsonPath;
  readonly message: string;
}

/** What came of reading a request. */
export type QuestionResult = { readonly question: Question } | { readonly problem: QuestionProblem };

/** Members that a request can have, in lines of `gw explain --requests` and in test files. */
export const questionMembers = [
  ...['method', 'url', 'path', 'host', 'scheme', 'protocol', 'headers', 'query', 'http_version'],
  ...['sni', 'src_ip', 'src_port', 'dst_ip', 'dst_port', 'port'],
] as const;

/** Says what is wrong with a member; thrown and caught within this file. */
class Refusal extends Error {
  readonly path: JsonPath;

  constructor(path: JsonPath, message: string) {
    super(message);
    this.path = path;
  }
}

/**
 * Reads a request: a text `METHOD URL` or `URL`, or an object. Members that gw does not know are left alone unless
 * they look like one that is misspelt.
 */
export function readQuestion(value: JsonValue): QuestionResult {
  try {
    if (typeof value === 'string') return { question: readText(value) };
    if (isJsonObject(value)) return { question: readObject(value) };
    throw new Refusal([], 'a request must be an object, or a text such as "GET https://host/path"');
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { problem: { path: error.path, message: error.message } };
  }
}

function readText(text: string): Question {
  const [first = '', second, ...more] = text.trim().split(/\s+/);
  if (more.length > 0) throw new Refusal([], 'a request must be "METHOD URL" or "URL"');
  if (second === undefined) return readObject({ url: first });
  return readObject({ method: first, url: second });
}

function readObject(given: JsonObject): Question {
  for (const name of Object.keys(given)) refuseMisspelt(name, given);
  const url = urlOf(given);
  const scheme = schemeOf(given, url);
  const places = placesOf(given, url, scheme);
  if (scheme.stream === null) return httpQuestion(given, url, scheme, places);
  return { kind: 'stream', protocol: scheme.stream, ...places.common, destinationPort: places.port };
}

function refuseMisspelt(name: string, given: JsonObject): void {
  if ((questionMembers as readonly string[]).includes(name)) return;
  const meant = nearest(name, questionMembers);
  if (meant === null || Object.hasOwn(given, meant)) return;
  throw new Refusal([name], `unknown member "${name}"; did you mean "${meant}"?`);
}

function urlOf(given: JsonObject): QuestionUrl | null {
  const text = textOf(given, 'url');
  if (text === null) return null;
  if (textOf(given, 'path') !== null) throw new Refusal(['path'], '"url" and "path" exclude each other');
  const url = readUrl(text);
  if (url !== null) return url;
  throw new Refusal(['url'], `"${text}" is neither a path nor an http(s) URL; write /path or http://host/path`);
}

function schemeOf(given: JsonObject, url: QuestionUrl | null): RequestScheme {
  const member = textOf(given, 'protocol') === null ? 'scheme' : 'protocol';
  const stated = textOf(given, member);
  const name = stated?.toLowerCase() ?? url?.scheme ?? 'http';
  const scheme = readScheme(name);
  if (scheme !== null) return scheme;
  const meant = nearest(name, schemeNames);
  const hint = meant === null ? `there are ${schemeNames.join(', ')}` : `did you mean "${meant}"?`;
  throw new Refusal([stated === null ? 'url' : member], `"${name}" is no protocol that gw routes; ${hint}`);
}

/** Where a connection comes from and goes to. */
interface Places {
  readonly common: {
    readonly sni: string | null;
    readonly sourceIp: string | null;
    readonly sourcePort: number | null;
    readonly destinationIp: string | null;
  };
  readonly port: number | null;
}

function placesOf(given: JsonObject, url: QuestionUrl | null, scheme: RequestScheme): Places {
  const hostname = url?.hostname ?? '';
  const ownName = scheme.isTls && given.sni === undefined ? serverNameOf(hostname) : null;
  const ownAddress = scheme.stream !== null && isIP(hostname) !== 0 ? hostname : null;
  return {
    common: {
      sni: textOf(given, 'sni') ?? ownName,
      sourceIp: addressOf(given, 'src_ip'),
      sourcePort: portOf(given, 'src_port'),
      destinationIp: addressOf(given, 'dst_ip') ?? ownAddress,
    },
    port: portOf(given, 'dst_port') ?? portOf(given, 'port') ?? url?.port ?? null,
  };
}

function httpQuestion(
  given: JsonObject,
  url: QuestionUrl | null,
  { isTls, kind }: RequestScheme,
  { common, port }: Places,
): HttpQuestion {
  const headers = headersOf(given);
  const ownHost = headers.find(([name]) => name.toLowerCase() === 'host')?.[1];
  const host = wireText(textOf(given, 'host') ?? ownHost ?? url?.authority ?? '');
  const others = headers.filter(([name]) => name.toLowerCase() !== 'host');
  return {
    kind: 'http',
    method: methodOf(given, kind === 'grpc'),
    scheme: isTls ? 'https' : 'http',
    host,
    port: port ?? (isTls ? 443 : 80),
    target: targetOf(given, url),
    rawHeaders: [...(host === '' ? [] : ['Host', host]), ...others.flat(), ...impliedHeaders(kind, others)],
    ...common,
    httpVersion: versionOf(given),
  };
}

/** What every caller of a protocol sends. */
function impliedHeaders(kind: RequestScheme['kind'], headers: readonly (readonly [string, string])[]): string[] {
  const implied = {
    http: [],
    stream: [],
    grpc: [['content-type', 'application/grpc']],
    websocket: [
      ['connection', 'Upgrade'],
      ['upgrade', 'websocket'],
    ],
  }[kind];
  const given = new Set(headers.map(([name]) => name.toLowerCase()));
  return implied.filter(([name = '']) => !given.has(name)).flat();
}

function methodOf(given: JsonObject, isGrpc: boolean): string {
  const method = textOf(given, 'method') ?? (isGrpc ? 'POST' : 'GET');
  if (/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(method)) return method;
  throw new Refusal(['method'], `"${method}" is no HTTP method`);
}

function targetOf(given: JsonObject, url: QuestionUrl | null): string {
  const path = textOf(given, 'path') ?? url?.target ?? '/';
  const target = path === '' ? '/' : path;
  if (!target.startsWith('/')) throw new Refusal(['path'], `path "${target}" must begin with "/"`);
  const query = queryOf(given.query ?? null);
  if (query === '') return wireTarget(target);
  return wireTarget(`${target}${target.includes('?', 1) ? '&' : '?'}${query}`);
}

/** A text as it is; a map of names to values, lists of values, and `true` for a name alone. */
function queryOf(query: JsonValue): string {
  if (query === null) return '';
  if (typeof query === 'string') return query.replace(/^\?/, '');
  if (!isJsonObject(query)) throw new Refusal(['query'], '"query" must be a text or a map of names to values');
  return Object.entries(query)
    .flatMap(([name, values]) => {
      const key = encodeURIComponent(name);
      const list = Array.isArray(values) ? (values as readonly JsonValue[]) : [values];
      return list.map((value) =>
        value === true || value === null ? key : `${key}=${encodeURIComponent(scalar(value, ['query', name]))}`,
      );
    })
    .join('&');
}

function headersOf(given: JsonObject): [string, string][] {
  const headers = given.headers ?? null;
  if (headers === null) return [];
  if (!isJsonObject(headers)) throw new Refusal(['headers'], '"headers" must be a map of names to values');
  return Object.entries(headers).flatMap(([name, values]) => {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
      throw new Refusal(['headers', name], `"${name}" is no header name`);
    const list = Array.isArray(values) ? (values as readonly JsonValue[]) : [values];
    return list.map((value): [string, string] => [name, wireText(scalar(value, ['headers', name]))]);
  });
}

function scalar(value: JsonValue, path: JsonPath): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw new Refusal(path, `"${String(path.at(-1))}" must be a text or a list of texts`);
}

function versionOf(given: JsonObject): 1 | 2 | null {
  const version = given.http_version ?? null;
  if (version === null) return null;
  const major = Math.floor(Number(version));
  if (major === 1 || major === 2) return major;
  throw new Refusal(['http_version'], '"http_version" must be 1.1 or 2');
}

function textOf(given: JsonObject, name: string): string | null {
  const value = given[name] ?? null;
  if (value === null || typeof value === 'string') return value;
  throw new Refusal([name], `"${name}" must be a text`);
}

function addressOf(given: JsonObject, name: string): string | null {
  const text = textOf(given, name);
  if (text === null || isIP(text) !== 0) return text;
  throw new Refusal([name], `"${name}" must be an IP address, not "${text}"`);
}

function portOf(given: JsonObject, name: string): number | null {
  const value = given[name] ?? null;
  if (value === null) return null;
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= 65_535) return value;
  throw new Refusal([name], `"${name}" must be a port number`);
}
