import t, { type Test } from 'tap';
import { createRouter } from '../../src/router/create-router.ts';
import type { RouteMatch, RouterFlavor, RouterRequest } from '../../src/router/router.ts';
import { upstreamPath } from '../../src/router/upstream-path.ts';
import {
  type CaseTarget,
  kongRouterCases,
  requestOf,
  type RouterCase,
  type RouterExpectation,
  targetsOf,
} from '../support/router-cases.ts';

const FLAVORS: readonly RouterFlavor[] = ['traditional_compatible', 'traditional', 'expressions'];
const cases = kongRouterCases();

if (cases === null) {
  console.error(
    'SKIPPED: router cases are not here (../shared/cases/router.json); Kong conformance of routing is not checked',
  );
} else {
  // Cases of connections are in stream-cases.test.ts; some of Kong's stream chapter are about requests, though.
  const ours = cases.filter(({ subsystem, request }) => subsystem !== 'stream' || request.scheme === 'http');
  for (const flavor of FLAVORS) {
    const those = ours.filter(({ flavors }) => flavors.includes(flavor));
    const total = cases.filter(({ flavors }) => flavors.includes(flavor)).length;
    let passed = 0;
    void t.test(flavor, async (t) => {
      t.ok(those.length > 200, 'there are cases');
      for (const one of those) {
        await t.test(one.name, async (t) => check(t, one, flavor));
        if (t.passing()) passed++;
      }
      t.comment(`${flavor}: ${passed} of ${those.length} HTTP cases pass; ${total - those.length} are of connections`);
    });
  }
}

function check(t: Test, one: RouterCase, flavor: RouterFlavor): void {
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
