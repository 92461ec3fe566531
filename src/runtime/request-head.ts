import { HeaderList } from '../lib/header-list.ts';
import { connectionOptions, isHopByHop, lengthTable } from '../lib/hop-by-hop.ts';

/** Why a request head is refused: two readers of it could disagree about what it says. */
export type HeadFault =
  | 'several Host headers'
  | 'target and Host header disagree'
  | 'unsupported request target'
  | 'several Content-Length headers'
  | 'unsupported transfer coding';

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
  readonly hasBody: boolean;
  /** Declared length in bytes; -1 for a chunked body. */
  readonly contentLength: number;
}

/** Set by the gateway itself, or meaningless beyond it; what the caller sent under these names is not passed on. */
const REPLACED = new Set([
  'host',
  'expect',
  'proxy-authorization',
  'via',
  'x-real-ip',
  'x-forwarded-for',
  'x-forwarded-proto',
  'x-forwarded-host',
  'x-forwarded-port',
  'x-forwarded-path',
  'x-forwarded-prefix',
  'x-kong-request-id',
  'content-length',
]);
const REPLACED_LENGTHS = lengthTable(REPLACED);

/** Who the caller is, is for the gateway to say: these never come from outside, in any spelling. */
const IDENTITY_PREFIXES = ['x-consumer-', 'x-credential-', 'x-authenticated-', 'x-anonymous-consumer'];

const LOWER_X = 0x78;
const UPPER_X = 0x58;

/** Reads a request head. Node's parser has refused malformed ones already; what is refused here is ambiguous. */
export function readRequestHead(request: { readonly url?: string; readonly rawHeaders: string[] }): RequestHead {
  const raw = request.rawHeaders;
  const scan = new HeadScan();
  const options = namedByConnection(raw);
  const forwarded: string[] = [];
  for (let at = 0; at < raw.length; at += 2) {
    const name = raw[at] ?? '';
    const value = raw[at + 1] ?? '';
    if (REPLACED_LENGTHS[name.length] === 1 && scan.take(name.toLowerCase(), value)) continue;
    if (isHopByHop(name)) {
      if (name.length === 17) scan.noteTransferCoding(value);
      continue;
    }
    if (isIdentityHeader(name)) continue;
    if (options?.has(name.toLowerCase()) === true) continue;
    forwarded.push(name, value);
  }
  return scan.finish(request.url ?? '/', new HeaderList(forwarded));
}

/** What the scan notes on its way; a class so that all heads share one shape. */
class HeadScan {
  host: string | undefined;
  forwardedFor: string | undefined;
  isChunked = false;
  contentLength = -1;
  fault: HeadFault | null = null;

  /** Notes a header that is not passed on as it is; false when `lower` is none of those. */
  take(lower: string, value: string): boolean {
    if (!REPLACED.has(lower)) return false;
    if (lower === 'host') {
      if (this.host !== undefined) this.fault = 'several Host headers';
      this.host = value;
    } else if (lower === 'content-length') {
      if (this.contentLength >= 0) this.fault = 'several Content-Length headers';
      this.contentLength = Number(value);
    } else if (lower === 'x-forwarded-for') {
      this.forwardedFor = this.forwardedFor === undefined ? value : `${this.forwardedFor}, ${value}`;
    }
    return true;
  }

  /** Only `chunked` is understood; what else is layered on a body would reach the upstream without its label. */
  noteTransferCoding(value: string): void {
    if (this.isChunked || value.toLowerCase() !== 'chunked') this.fault = 'unsupported transfer coding';
    this.isChunked = true;
  }

  finish(target: string, forwarded: HeaderList): RequestHead {
    const head = {
      fault: this.fault,
      host: this.host ?? '',
      target,
      forwarded,
      forwardedFor: this.forwardedFor,
      hasBody: this.isChunked || this.contentLength > 0,
      contentLength: this.isChunked ? -1 : Math.max(this.contentLength, 0),
    };
    if (target.charCodeAt(0) === 0x2f) return head;
    const absolute = splitAbsoluteForm(target);
    if (absolute === null) return { ...head, fault: 'unsupported request target' };
    const agrees = head.host === '' || absolute.authority.toLowerCase() === head.host.toLowerCase();
    return {
      ...head,
      host: absolute.authority,
      target: absolute.target,
      fault: head.fault ?? (agrees ? null : 'target and Host header disagree'),
    };
  }
}

/** Whether a header would tell the upstream who the caller is; `_` counts as `-`. */
export function isIdentityHeader(name: string): boolean {
  const first = name.charCodeAt(0);
  if (first !== LOWER_X && first !== UPPER_X) return false;
  if (name.length < 13) return false;
  const folded = name.toLowerCase().replaceAll('_', '-');
  return IDENTITY_PREFIXES.some((prefix) => folded.startsWith(prefix));
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

/** RFC 9112 §3.2.2: `http://host/path`, which a server must understand though only proxies are sent it. */
function splitAbsoluteForm(target: string): { authority: string; target: string } | null {
  const match = /^https?:\/\/([^/?#@]+)([/?].*)?$/i.exec(target);
  if (match === null) return null;
  const rest = match[2] ?? '/';
  return { authority: match[1] ?? '', target: rest.startsWith('/') ? rest : `/${rest}` };
}
