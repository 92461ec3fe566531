import type { Test } from 'tap';
import { createRouter } from '../../src/router/create-router.ts';
import type { RouteMatch, RouterFlavor, RouterRequest } from '../../src/router/router.ts';
import { upstreamPath } from '../../src/router/upstream-path.ts';
import { type CaseTarget, requestOf, type RouterCase, type RouterExpectation, targetsOf } from './router-cases.ts';

/** Holds a router against a case. */
export function checkCase(t: Test, one: RouterCase, flavor: RouterFlavor): void {
  const request = requestOf(one);
  const match = request === null ? null : createRouter(targetsOf(one), flavor).match(request);
  checkMatch(t, match, one.expect);
  if (match === null || request === null) return;
  checkUpstream(t, match, request, one.expect, flavor);
  if (flavor === 'traditional' && one.expect_traditional !== undefined) {
    checkMatch(t, match, one.expect_traditional);
    checkUpstream(t, match, request, one.expect_traditional, flavor);
  }
}

function checkMatch(t: Test, match: RouteMatch<CaseTarget> | null, expected: RouterExpectation): void {
  if (expected.route !== undefined) t.equal(match?.target.index ?? null, expected.route, 'the route');
  if (expected.matched !== undefined) t.equal(match !== null, expected.matched, 'whether one matches');
  if (match === null) return;
  if (expected.prefix !== undefined) t.equal(match.prefix, expected.prefix, 'the prefix taken away');
  if (expected.captures === null) t.equal(match.captures, null, 'no captures');
  for (const [group, text] of Object.entries(expected.captures ?? {})) {
    t.equal(match.captures?.get(group) ?? null, text, `capture ${group}`);
  }
}

function checkUpstream(
  t: Test,
  { target, prefix }: RouteMatch<CaseTarget>,
  { host, path }: RouterRequest,
  expected: RouterExpectation,
  flavor: RouterFlavor,
): void {
  const base = target.service?.path ?? '/';
  const handling = flavor === 'traditional' ? target.route.path_handling : 'v0';
  if (expected.upstream_uri !== undefined) {
    t.equal(upstreamPath(base, path, prefix, handling), expected.upstream_uri.split('?')[0], 'the upstream path');
  }
  if (expected.upstream_host !== undefined) {
    t.equal(target.route.preserve_host ? host : null, expected.upstream_host, 'the Host header for the upstream');
  }
  if (expected.service !== undefined) t.match(target.service, expected.service, 'the service');
}
