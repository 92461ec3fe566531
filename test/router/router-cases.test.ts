import t from 'tap';
import type { RouterFlavor } from '../../src/router/router.ts';
import { checkCase } from '../support/check-router-case.ts';
import { kongRouterCases } from '../support/router-cases.ts';
import { ownCases } from './cases.ts';

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
        await t.test(one.name, async (t) => checkCase(t, one, flavor));
        if (t.passing()) passed++;
      }
      t.comment(`${flavor}: ${passed} of ${those.length} HTTP cases pass; ${total - those.length} are of connections`);
    });
  }
}

for (const one of ownCases) {
  for (const flavor of one.flavors) void t.test(`${flavor}: ${one.name}`, async (t) => checkCase(t, one, flavor));
}
