import { HeaderList } from '../lib/header-list.ts';
import { connectionOptions } from '../lib/hop-by-hop.ts';
import { isHostAndPort } from '../lib/host-name.ts';
import { IS_FRAMING_ALIAS, isIdentityHeader, kindOf, type SpecialKind } from './request-fields.ts';

/** Why a request head is refused: two readers of it could disagree about what it says, or its answer would tell too much. */
export type HeadFault =
  | 'TRACE method'
  | 'unsupported HTTP version'
  | 'no Host header'
  | 'several Host headers'
  | 'malformed Host header'
  | 'target and Host header disagree'
  | 'unsupported request target'
  | 'malformed Content-Length header'
  | 'several Content-Length headers'
  | 'unsupported transfer coding'
  | 'Content-Length beside a transfer coding'
  | 'transfer coding in HTTP/1.0'
  | 'framing header with an underscore'
  | 'malformed HTTP/2 fields';

/** What a request head is read from. */
export interface HeadSource {
  readonly method: string;
  /** The request target as received. */
  readonly url: string;
  readonly rawHeaders: readonly string[];
  /** `1.0`, `1.1`, `2.0`, … */
  readonly httpVersion: string;
}

/** A caller's request head, read once: what routing needs, and the header list that starts the upstream request. */
export interface RequestHead {
  readonly fault: HeadFault | null;
  /** The Host header as sent; for a target in absolute form its authority. */
  readonly host: string;
  /** Target in origin form. */
  readonly target: string;
  /** What goes to the upstream before the gateway and its plugins add to it. */
  readonly forwarded: HeaderList;
  readonly forwardedFor: string | undefined;
  readonly via: string | undefined;
  readonly hasBody: boolean;
  /** Declared length in bytes; -1 for a chunked body. */
  readonly contentLength: number;
}

/** The status a refused head is answered with. */
export function faultStatus(fault: HeadFault): number {
  if (fault === 'TRACE method') return 405;
  return fault === 'unsupported HTTP version' ? 505 : 400;
}

/** Reads a request head. The parser has refused malformed ones already; what is refused here is ambiguous. */
export function readRequestHead(source: HeadSource): RequestHead {
  const raw = source.rawHeaders;
  const scan = new HeadScan();
  const options = namedByConnection(raw);
  const forwarded: string[] = [];
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] ?? '';
    const value = raw[at + 1] ?? '';
    const kind = kindOf(name);
    if (kind !== null) {
      scan.take(kind, value);
      continue;
    }
    if (isIdentityHeader(name)) continue;
    if (options?.has(name.toLowerCase()) === true) continue;
    forwarded.push(name, value);
  }
  if (scan.takesTrailers) forwarded.push('TE', 'trailers');
  return scan.finish(source, new HeaderList(forwarded));
}

/** Digits alone; beyond 15 of them numbers are no longer exact. */
const BYTE_COUNT = /^\d{1,15}$/;

/** What the scan notes on its way; a class so that all heads share one shape. */
class HeadScan {
  host: string | undefined;
  forwardedFor: string | undefined;
  via: string | undefined;
  takesTrailers = false;
  isChunked = false;
  contentLength = -1;
  fault: HeadFault | null = null;

  /** Notes a header that is not passed on as it is. */
  take(kind: SpecialKind, value: string): void {
    switch (kind) {
      case 'host':
        if (this.host !== undefined) this.fault = 'several Host headers';
        this.host = value;
        break;
      case 'content-length':
        if (this.contentLength >= 0) this.fault = 'several Content-Length headers';
        if (!BYTE_COUNT.test(value)) this.fault = 'malformed Content-Length header';
        this.contentLength = Number(value);
        break;
      case 'transfer-encoding':
        // Only `chunked` is understood; what else is layered on a body would reach the upstream without its label.
        if (this.isChunked || value.toLowerCase() !== 'chunked') this.fault = 'unsupported transfer coding';
        this.isChunked = true;
        break;
      case 'x-forwarded-for':
        this.forwardedFor = joined(this.forwardedFor, value);
        break;
      case 'via':
        this.via = joined(this.via, value);
        break;
      case 'te':
        this.takesTrailers ||= /(?:^|,)[ \t]*trailers[ \t]*(?:$|[,;])/i.test(value);
        break;
      case IS_FRAMING_ALIAS:
        this.fault = 'framing header with an underscore';
        break;
      case 'dropped':
        break;
    }
  }

  finish(source: HeadSource, forwarded: HeaderList): RequestHead {
    const target = source.url;
    const absolute = target.charCodeAt(0) === SLASH ? null : splitAbsoluteForm(target);
    return {
      fault:
        this.fault ??
        this.#faultOfVersion(source.httpVersion) ??
        faultOfTarget(target, absolute, this.host) ??
        // As nginx does: an upstream would send back what the gateway adds to a request, tokens among it.
        (source.method === 'TRACE' ? 'TRACE method' : null),
      host: absolute?.authority ?? this.host ?? '',
      target: absolute?.target ?? target,
      forwarded,
      forwardedFor: this.forwardedFor,
      via: this.via,
      hasBody: this.isChunked || this.contentLength > 0,
      contentLength: this.isChunked ? -1 : Math.max(this.contentLength, 0),
    };
  }

  #faultOfVersion(version: string): HeadFault | null {
    if (this.isChunked && this.contentLength >= 0) return 'Content-Length beside a transfer coding';
    if (this.host !== undefined && !isHostAndPort(this.host)) return 'malformed Host header';
    if (version === '1.1' || version === '2.0') return this.host === undefined ? 'no Host header' : null;
    if (version !== '1.0') return 'unsupported HTTP version';
    // No receiver of HTTP/1.0 has to know it: the next one may take the length from elsewhere (RFC 9112 §6.1).
    return this.isChunked ? 'transfer coding in HTTP/1.0' : null;
  }
}

const SLASH = 0x2f;

/** Several lines of a list field are one list (RFC 9110 §5.3). */
function joined(before: string | undefined, value: string): string {
  return before === undefined ? value : `${before}, ${value}`;
}

function namedByConnection(raw: readonly string[]): ReadonlySet<string> | null {
  let options: Set<string> | null = null;
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] ?? '';
    if (name.length !== 10 || name.toLowerCase() !== 'connection') continue;
    const named = connectionOptions(raw[at + 1] ?? '');
    if (named !== null) options = options === null ? new Set(named) : new Set([...options, ...named]);
  }
  return options;
}

interface AbsoluteForm {
  readonly authority: string;
  readonly target: string;
}

/** RFC 9112 §3.2.2: `http://host/path`, which a server must understand though only proxies are sent it. */
function splitAbsoluteForm(target: string): AbsoluteForm | null {
  const match = /^https?:\/\/([^/?#@]+)([/?].*)?$/i.exec(target);
  if (match === null) return null;
  const rest = match[2] ?? '/';
  return { authority: match[1] ?? '', target: rest.startsWith('/') ? rest : `/${rest}` };
}

function faultOfTarget(target: string, absolute: AbsoluteForm | null, host: string | undefined): HeadFault | null {
  // A fragment is never sent (RFC 9112 §3.2): some would cut it off, others take it for a part of the path.
  if (target.includes('#')) return 'unsupported request target';
  if (target.charCodeAt(0) === SLASH) return null;
  if (absolute === null || !isHostAndPort(absolute.authority)) return 'unsupported request target';
  const agrees = host === undefined || absolute.authority.toLowerCase() === host.toLowerCase();
  return agrees ? null : 'target and Host header disagree';
}
