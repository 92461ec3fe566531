import type { ExchangeRequest } from '../../pdk/exchange.ts';
import type { Place } from './auth-method.ts';
import type { OpenidConnectConfig } from './config.ts';
import { cookieValue, withoutCookie } from './cookies.ts';
import type { RequestSearch } from './request-search.ts';
import type { Refusal } from './responses.ts';

/** Where tokens of callers are looked for. */
export interface BearerTokenSettings {
  readonly places: ReadonlySet<Place>;
  /** In lower case; the only one that is looked at. Null: `Authorization`, `Access-Token`, `X-Access-Token`. */
  readonly headerName: string | null;
  /** Null: no cookie. */
  readonly cookieName: string | null;
  /** Whether tokens with a proof (RFC 9449) are taken. */
  readonly takesDpop: boolean;
}

/** A token that a caller brought. */
export interface BearerToken {
  readonly token: string;
  readonly place: Place;
  /** `dpop`: the caller says that it is bound to a key. Null when it did not stand in the `Authorization` header. */
  readonly scheme: 'bearer' | 'dpop' | null;
  /** Whether it has the form of a compact JWS. */
  readonly isJws: boolean;
  /** Takes it out of what goes upstream, wherever it stood. */
  conceal(): void | Promise<void>;
}

/** One place where the token stands. */
interface Finding {
  readonly place: Place;
  /** Of the header. */
  readonly name: string;
  readonly isDpop: boolean;
  readonly token: string;
}

const ARGUMENT = 'access_token';
/** Longest token that is looked at, in characters. */
const LONGEST_TOKEN = 16 * 1024;
const ownHeaders: readonly string[] = ['access-token', 'x-access-token'];

/** Decides once where tokens of callers are looked for. */
export function bearerTokenSettings(config: OpenidConnectConfig): BearerTokenSettings {
  const cookieName = config.bearer_token_cookie_name ?? '';
  return {
    places: new Set(config.bearer_token_param_type ?? ['body', 'header', 'query']),
    headerName: config.bearer_token_header_name?.toLowerCase() ?? null,
    cookieName: cookieName === '' ? null : cookieName,
    takesDpop: (config.proof_of_possession_dpop ?? 'off') !== 'off',
  };
}

/**
 * The token of the caller, looked for once per request. Null: none. A refusal: several different ones (RFC 6750 §3.1),
 * or something in the place of a token that cannot be one.
 */
export function findBearerToken(
  search: RequestSearch,
  settings: BearerTokenSettings,
): Promise<BearerToken | Refusal | null> {
  return search.once('bearer', async () => await find(search, settings));
}

/**
 * Whether a request may hold a token beside its `Authorization` header, so that the header alone does not decide. Cheap
 * and on the safe side.
 */
export function mayHoldAnotherToken(request: ExchangeRequest, settings: BearerTokenSettings): boolean {
  const { places, headerName, cookieName } = settings;
  if (places.has('query') && request.query !== '') return true;
  if (places.has('body') && request.header('content-type') !== undefined) return true;
  if (places.has('cookie') && cookieName !== null && request.header('cookie') !== undefined) return true;
  if (!places.has('header')) return false;
  if (headerName !== null) return headerName !== 'authorization' && request.header(headerName) !== undefined;
  return request.header('access-token') !== undefined || request.header('x-access-token') !== undefined;
}

async function find(search: RequestSearch, settings: BearerTokenSettings): Promise<BearerToken | Refusal | null> {
  const { places, cookieName } = settings;
  const { request, args } = search;
  const findings = places.has('header') ? inHeaders(request, settings) : [];
  if (!Array.isArray(findings)) return findings;
  const add = (place: Place, token: string | null | undefined): void => {
    if (token !== null && token !== undefined && token !== '') findings.push({ place, name: '', isDpop: false, token });
  };
  if (places.has('query')) add('query', args.query.get(ARGUMENT));
  if (places.has('body')) add('body', (await args.body())?.get(ARGUMENT));
  if (places.has('cookie') && cookieName !== null) add('cookie', cookieValue(request, cookieName));
  const [first] = findings;
  if (first === undefined) return null;
  if (findings.some(({ token }) => token !== first.token)) {
    return { kind: 'bad-request', reason: 'more than one token was sent' };
  }
  if (!isToken(first.token)) return { kind: 'bad-token', reason: 'malformed bearer token' };
  return {
    token: first.token,
    place: first.place,
    scheme: schemeOf(findings),
    isJws: isCompactJws(first.token),
    conceal: () => conceal(search, findings, cookieName),
  };
}

function schemeOf(findings: readonly Finding[]): BearerToken['scheme'] {
  if (findings.some(({ isDpop }) => isDpop)) return 'dpop';
  return findings[0]?.name === 'authorization' ? 'bearer' : null;
}

function inHeaders(request: ExchangeRequest, settings: BearerTokenSettings): Finding[] | Refusal {
  const { headerName: only, takesDpop } = settings;
  if (request.headerAll('authorization').length > 1) {
    return { kind: 'no-credential', reason: 'more than one Authorization header was sent' };
  }
  const findings: Finding[] = [];
  if (only === null || only === 'authorization') {
    const [, scheme = '', token = ''] = /^(bearer|dpop)(?: +(.*))?$/i.exec(request.header('authorization') ?? '') ?? [];
    const isDpop = scheme.length === 'dpop'.length;
    if (scheme !== '' && (takesDpop || !isDpop)) {
      findings.push({ place: 'header', name: 'authorization', isDpop, token: token.trimEnd() });
    }
  }
  for (const name of only === null ? ownHeaders : [only]) {
    if (name === 'authorization') continue;
    for (const value of request.headerAll(name)) {
      findings.push({ place: 'header', name, isDpop: false, token: value.replace(/^bearer +/i, '').trim() });
    }
  }
  return findings;
}

/** The grammar of RFC 6750 §2.1. */
function isToken(text: string): boolean {
  return text.length <= LONGEST_TOKEN && /^[\w.~+/-]+=*$/.test(text);
}

/** By form alone: three parts, of which the first is JSON with an algorithm. */
function isCompactJws(token: string): boolean {
  const [head = '', , , more] = token.split('.');
  if (more !== undefined || !/^[\w-]+\.[\w-]+\.[\w-]*$/.test(token)) return false;
  return Buffer.from(head, 'base64url').toString('latin1').trimStart().startsWith('{');
}

async function conceal(search: RequestSearch, findings: readonly Finding[], cookieName: string | null): Promise<void> {
  const { upstream, request } = search.exchange;
  for (const { place, name } of findings) {
    if (place === 'header') {
      upstream.removeHeader(name);
    } else if (place === 'query') {
      upstream.query = search.args.query.without([ARGUMENT]);
    } else if (place === 'body') {
      const body = await search.args.body();
      if (body !== null) upstream.setBody(body.without([ARGUMENT]));
    } else {
      const rest = withoutCookie(request, cookieName ?? '');
      if (rest === '') upstream.removeHeader('cookie');
      else upstream.setHeader('Cookie', rest);
    }
  }
}
