import { isForbiddenTrailer, lengthTable } from '../lib/hop-by-hop.ts';

/** Marks a name that a CGI-like upstream would read as a framing header: `Content_Length`. */
export const IS_FRAMING_ALIAS = 'framing alias';

/**
 * How a request field that is not simply passed on is treated: under its own name where its value counts; `dropped` when
 * the gateway sets it itself, or it is meaningless or harmful beyond the gateway.
 */
export type SpecialKind =
  | 'host'
  | 'content-length'
  | 'transfer-encoding'
  | 'x-forwarded-for'
  | 'via'
  | 'te'
  | 'dropped'
  | typeof IS_FRAMING_ALIAS;

const KINDS: ReadonlyMap<string, SpecialKind> = new Map<string, SpecialKind>([
  ['host', 'host'],
  ['content-length', 'content-length'],
  ['transfer-encoding', 'transfer-encoding'],
  ['x-forwarded-for', 'x-forwarded-for'],
  ['via', 'via'],
  ['te', 'te'],
  ...[
    // One connection only (RFC 9110 §7.6.1).
    'connection',
    'http2-settings',
    'keep-alive',
    'proxy-connection',
    'trailer',
    'upgrade',
    'expect',
    // For this proxy, or a way to redirect the upstream's own requests (`HTTP_PROXY`).
    'proxy',
    'proxy-authenticate',
    'proxy-authentication-info',
    'proxy-authorization',
    // Set by the gateway.
    'x-real-ip',
    'x-forwarded-proto',
    'x-forwarded-host',
    'x-forwarded-port',
    'x-forwarded-path',
    'x-forwarded-prefix',
    'x-kong-request-id',
  ].map((name) => [name, 'dropped'] as const),
]);

const LENGTHS = lengthTable(KINDS.keys());

/** Who the caller is, is for the gateway to say: these never come from outside, in any spelling. */
const IDENTITY_PREFIXES = ['x-consumer-', 'x-credential-', 'x-authenticated-', 'x-anonymous-consumer'];

const LOWER_X = 0x78;
const UPPER_X = 0x58;

/** How a request field is treated; `null` for the many that are passed on. The length gate spares most the lower-casing. */
export function kindOf(name: string): SpecialKind | null {
  if (LENGTHS[name.length] !== 1) return null;
  const lower = name.toLowerCase();
  const kind = KINDS.get(lower);
  if (kind !== undefined) return kind;
  return lower.includes('_') ? kindOfAlias(lower) : null;
}

/** Whether a header would tell the upstream who the caller is; `_` counts as `-`. */
export function isIdentityHeader(name: string): boolean {
  const first = name.charCodeAt(0);
  if (first !== LOWER_X && first !== UPPER_X) return false;
  if (name.length < 13) return false;
  const folded = name.toLowerCase().replaceAll('_', '-');
  return IDENTITY_PREFIXES.some((prefix) => folded.startsWith(prefix));
}

/** Whether a field must not follow a request's body: what is not passed on in a head is not passed on behind it either. */
export function isForbiddenRequestTrailer(name: string): boolean {
  return isForbiddenTrailer(name) || kindOf(name) !== null || isIdentityHeader(name);
}

/**
 * `X_Forwarded_For` is `X-Forwarded-For` to upstreams that put headers into variables (CGI, WSGI, Rack), so it must not
 * get past the gateway either; but it is not that header to anybody else, so its value counts for nothing.
 */
function kindOfAlias(lower: string): SpecialKind | null {
  const kind = KINDS.get(lower.replaceAll('_', '-'));
  if (kind === undefined) return null;
  return kind === 'content-length' || kind === 'transfer-encoding' ? IS_FRAMING_ALIAS : 'dropped';
}
