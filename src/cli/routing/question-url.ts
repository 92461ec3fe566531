import { isIP } from 'node:net';
import { type StreamProtocol, streamProtocols } from './question.ts';

/** What the scheme of a request says about it. */
export interface RequestScheme {
  readonly stream: StreamProtocol | null;
  readonly isTls: boolean;
  readonly kind: 'http' | 'grpc' | 'websocket' | 'stream';
}

const httpSchemes: Readonly<Record<string, RequestScheme>> = {
  http: { stream: null, isTls: false, kind: 'http' },
  https: { stream: null, isTls: true, kind: 'http' },
  ws: { stream: null, isTls: false, kind: 'websocket' },
  wss: { stream: null, isTls: true, kind: 'websocket' },
  grpc: { stream: null, isTls: false, kind: 'grpc' },
  grpcs: { stream: null, isTls: true, kind: 'grpc' },
};

/** Schemes and protocols a request can name. */
export const schemeNames: readonly string[] = [...Object.keys(httpSchemes), ...streamProtocols];

/** What a scheme means; `null` for one that gw does not know. */
export function readScheme(name: string): RequestScheme | null {
  const stream = streamProtocols.find((protocol) => protocol === name);
  if (stream !== undefined) return { stream, isTls: stream.startsWith('tls'), kind: 'stream' };
  return Object.hasOwn(httpSchemes, name) ? (httpSchemes[name] ?? null) : null;
}

/** A URL taken apart without changing it: dot segments and escapes are for the router to see. */
export interface QuestionUrl {
  /** `null` when only a path was given. */
  readonly scheme: string | null;
  /** Host and port as written, without credentials. */
  readonly authority: string;
  /** The authority without port and brackets. */
  readonly hostname: string;
  readonly port: number | null;
  /** Path and query. */
  readonly target: string;
}

/** Reads a URL, or a path that begins with `/`; `null` for what is neither. */
export function readUrl(text: string): QuestionUrl | null {
  if (text.startsWith('/')) return { scheme: null, authority: '', hostname: '', port: null, target: beforeHash(text) };
  const match = /^([a-z_]+):\/\/(?:[^/?#@]*@)?([^/?#]*)([^#]*)/i.exec(text);
  if (match === null) return null;
  const [, scheme = '', authority = '', rest = ''] = match;
  const [, name = authority, digits] = /^(.*):(\d{1,5})$/.exec(authority) ?? [];
  const port = digits === undefined ? null : Number(digits);
  const hostname = name.replace(/^\[|\]$/g, '');
  return { scheme: scheme.toLowerCase(), authority, hostname, port, target: rest.startsWith('/') ? rest : `/${rest}` };
}

/** The server name that a client sends for a host: none for addresses. */
export function serverNameOf(hostname: string): string | null {
  return hostname === '' || isIP(hostname) !== 0 ? null : hostname;
}

function beforeHash(text: string): string {
  const at = text.indexOf('#');
  return at < 0 ? text : text.slice(0, at);
}

/**
 * A target as it goes over the wire: what cannot stand there is escaped as clients do it, the UTF-8 of other letters
 * and blanks. Everything else stays, however odd.
 */
export function wireTarget(target: string): string {
  return /^[!-~]*$/.test(target) ? target : target.replace(/[^!-~]+/gu, escapeAll);
}

/** Bytes of UTF-8, one character each: how Node hands over a header. */
export function wireText(text: string): string {
  return /^[\0-\x7f]*$/.test(text) ? text : Buffer.from(text, 'utf8').toString('latin1');
}

function escapeAll(text: string): string {
  let escaped = '';
  for (const byte of Buffer.from(text, 'utf8')) escaped += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  return escaped;
}
