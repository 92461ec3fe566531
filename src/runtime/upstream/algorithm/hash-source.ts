import { randomUUID } from 'node:crypto';
import type { HashInput, Upstream } from '../../../entities/upstream.ts';
import type { BalancerInput } from '../balancer.ts';

/** Reads what is hashed from a request; `undefined` when the request does not have it. */
export type HashSource = (input: BalancerInput) => string | undefined;

/** What an upstream hashes: its `hash_on`, and its `hash_fallback` for requests without it. */
export function hashSourceOf(upstream: Upstream): HashSource {
  if (upstream.algorithm === 'sticky-sessions') {
    return cookieSource(upstream.sticky_sessions_cookie, upstream.sticky_sessions_cookie_path ?? '/');
  }
  const first = sourceOf(upstream.hash_on, upstream, {
    header: upstream.hash_on_header,
    query: upstream.hash_on_query_arg,
    capture: upstream.hash_on_uri_capture,
  });
  const second = sourceOf(upstream.hash_fallback, upstream, {
    header: upstream.hash_fallback_header,
    query: upstream.hash_fallback_query_arg,
    capture: upstream.hash_fallback_uri_capture,
  });
  return (input) => first(input) ?? second(input);
}

interface Names {
  readonly header: string | null | undefined;
  readonly query: string | null | undefined;
  readonly capture: string | null | undefined;
}

const nothing: HashSource = () => undefined;

function sourceOf(kind: HashInput, upstream: Upstream, names: Names): HashSource {
  switch (kind) {
    case 'none':
      return nothing;
    case 'consumer':
      return (input) => input.consumerId ?? undefined;
    case 'ip':
      return (input) => input.clientIp;
    case 'path':
      return (input) => input.path;
    case 'header':
      return named(names.header, (input, name) => input.header(name));
    case 'query_arg':
      return named(names.query, (input, name) => input.queryArgument(name));
    case 'uri_capture':
      return named(names.capture, (input, name) => input.uriCapture(name));
    case 'cookie':
      return cookieSource(upstream.hash_on_cookie, upstream.hash_on_cookie_path);
  }
}

function named(name: string | null | undefined, read: (input: BalancerInput, name: string) => string | undefined) {
  return name === null || name === undefined
    ? nothing
    : (input: BalancerInput): string | undefined => read(input, name);
}

/** A caller without the cookie gets one, so that its next request comes to the same target. */
function cookieSource(name: string | null | undefined, path: string): HashSource {
  return named(name, (input, cookie) => {
    const value = input.cookie(cookie);
    if (value !== undefined) return value;
    const created = randomUUID();
    input.setCookie(cookie, created, path);
    return created;
  });
}
