import { isIP } from 'node:net';
import { isJsonObject, type JsonObject, type JsonPath, type JsonValue } from '../../lib/json.ts';
import { type Draft, textOf } from '../draft.ts';
import type { Part } from '../document.ts';
import type { Findings } from '../findings.ts';
import { textFormats } from '../plugin-formats.ts';
import { isHost, isHostName, splitPort } from './host.ts';

/** What to hash that needs a name besides: of a header, a cookie, … */
const named = new Set(['header', 'cookie', 'query_arg', 'uri_capture']);

/** Kinds of hashing whose own input is no use as a fallback. */
const single = new Set(['consumer', 'ip', 'path']);

/** Algorithms that hash nothing: Kong sets `hash_on` to none. */
const unhashed = new Set(['least-connections', 'latency']);

/** What the schema cannot say about an upstream. */
export function checkUpstream(draft: Draft, findings: Findings): void {
  const report = (
    code: string,
    path: JsonPath,
    message: string,
    hint: string | null = null,
    at: Part = 'value',
  ): void => findings.add(code, draft.document, [...draft.path, ...path], message, { hint, at });
  const name = textOf(draft.fields.name);
  const problem = name === null ? null : whyNotUpstreamName(name);
  if (problem !== null)
    report('upstream/name', ['name'], `"${name ?? ''}" cannot be the name of an upstream: ${problem}`);
  const header = textOf(draft.fields.host_header);
  if (header !== null && !isHostWithPort(header)) {
    report('upstream/host-header', ['host_header'], `"${header}" is not a host, or a host with a port`);
  }
  for (const path of badHeaderNames(draft.fields.healthchecks)) {
    const message = `"${String(path.at(-1))}" is not the name of a header`;
    report('upstream/header-name', path, message, 'a header name has letters, digits, "-" and "_"', 'key');
  }
  for (const { code, path, message, hint } of hashProblems(draft.fields))
    report(code, path, message, hint, code === 'upstream/hash-name' ? 'key' : 'value');
}

function whyNotUpstreamName(name: string): string | null {
  if (isIP(name) !== 0) return 'it is an address';
  if (/:\d+$/.test(name)) return 'it has a port';
  return isHostName(name) ? null : 'it is not a host name';
}

/** `host` or `host:port`, as sent in a Host header. */
export function isHostWithPort(text: string): boolean {
  const { host, port } = splitPort(text);
  return (port === null || (Number(port) >= 1 && Number(port) <= 65_535)) && isHost(host);
}

/** Paths of what the active checks would send as a header and cannot. */
function badHeaderNames(healthchecks: JsonValue | undefined): readonly JsonPath[] {
  const active = isJsonObject(healthchecks) ? healthchecks.active : null;
  const headers = isJsonObject(active) ? active.headers : null;
  if (!isJsonObject(headers)) return [];
  const bad = Object.keys(headers).filter((name) => textFormats['header-name']?.whyNot(name) !== null);
  return bad.map((name) => ['healthchecks', 'active', 'headers', name]);
}

interface HashProblem {
  readonly code: 'upstream/hash' | 'upstream/hash-name';
  readonly path: JsonPath;
  readonly message: string;
  readonly hint: string | null;
}

/** The first thing wrong with what is hashed; the others mostly follow from it. */
function hashProblems(fields: JsonObject): readonly HashProblem[] {
  const algorithm = textOf(fields.algorithm) ?? 'round-robin';
  const hashOn = unhashed.has(algorithm) ? 'none' : (textOf(fields.hash_on) ?? 'none');
  const fallback = textOf(fields.hash_fallback) ?? 'none';
  const because = `"hash_on" is ${hashOn}`;
  if (algorithm === 'sticky-sessions' && textOf(fields.sticky_sessions_cookie) === null) {
    return [missing('"algorithm" is sticky-sessions', 'sticky_sessions_cookie')];
  }
  if (named.has(hashOn) && textOf(fields[`hash_on_${hashOn}`]) === null) {
    return [missing(because, `hash_on_${hashOn}`)];
  }
  if ((hashOn === 'none' || hashOn === 'cookie') && fallback !== 'none') {
    const message = `"hash_fallback" must be none, because ${because}`;
    return [{ code: 'upstream/hash', path: ['hash_fallback'], message, hint: 'remove "hash_fallback"' }];
  }
  if (single.has(hashOn) && fallback === hashOn) {
    const message = `"hash_fallback" must differ from "hash_on" (${hashOn})`;
    return [{ code: 'upstream/hash', path: ['hash_fallback'], message, hint: null }];
  }
  const nameOfFallback = fallback === 'cookie' ? 'hash_on_cookie' : `hash_fallback_${fallback}`;
  if (named.has(fallback) && textOf(fields[nameOfFallback]) === null) {
    return [missing(`"hash_fallback" is ${fallback}`, nameOfFallback)];
  }
  return ['header', 'query_arg', 'uri_capture'].flatMap((kind) => sameNames(fields, kind));
}

function missing(because: string, needed: string): HashProblem {
  const message = `"${needed}" is missing: ${because}`;
  return { code: 'upstream/hash-name', path: [needed], message, hint: `add "${needed}"` };
}

function sameNames(fields: JsonObject, kind: string): readonly HashProblem[] {
  const first = textOf(fields[`hash_on_${kind}`]);
  if (first === null || first !== textOf(fields[`hash_fallback_${kind}`])) return [];
  const field = `hash_fallback_${kind}`;
  const message = `"${field}" must differ from "hash_on_${kind}"`;
  return [{ code: 'upstream/hash', path: [field], message, hint: null }];
}
