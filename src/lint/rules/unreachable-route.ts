import type { Draft } from '../../config/draft.ts';
import { nameOf } from '../context.ts';
import type { LintRule } from '../rule.ts';
import { RouteCandidates } from '../route-candidates.ts';
import type { ComparablePart } from '../../router/comparable-part.ts';
import { compareRanks } from '../../router/part-rank.ts';
import { covers } from '../../router/part-overlap.ts';
import type { RouterFlavor } from '../../router/router.ts';
import { orderedParts } from '../route-order.ts';
import { findSameExpressions } from '../same-expressions.ts';

/** A route that never gets a request. */
export const unreachableRoute: LintRule = {
  name: 'unreachable-route',
  severity: 'warning',
  title: 'another route takes every request of this one',
  explanation:
    'Routes are tried by priority: more kinds of conditions first, then plain hosts, headers, regular expressions, ' +
    'longer paths. When a route that comes earlier matches everything that this one matches, this one never gets a ' +
    'request. Regular expressions are compared by their fixed beginning only, and expressions are the same or not ' +
    'compared at all, so what is reported is certain.',
  bad: `services:
- name: orders
  url: https://orders.internal
  routes:
  - name: orders-v1
    paths: [/orders/v1]
  - name: everything-by-regex
    paths: ["~/orders"]`,
  good: `services:
- name: orders
  url: https://orders.internal
  routes:
  - name: orders-v1
    paths: [/orders/v1]
  - name: everything
    paths: [/orders]`,
  check(context, report) {
    const drafts = new Map(context.all('routes').map((draft) => [context.idOf(draft), draft]));
    const parts = orderedParts(context.liveRoutes, context.routerFlavor);
    const unreachable = new Map(findUnreachable(parts, context.routerFlavor));
    for (const { first, second, isTie } of findSameExpressions(context.liveRoutes)) {
      if (!isTie) unreachable.set(second.id, [first.id]);
    }
    for (const [route, winners] of unreachable) {
      const draft = drafts.get(route);
      const shadows = [...new Set(winners)].map((id) => drafts.get(id)).filter((found) => found !== undefined);
      if (draft === undefined || shadows.length === 0) continue;
      const names = shadows.map((shadow) => nameOf(shadow)).join(' and ');
      report({
        place: draft,
        message: `${nameOf(draft)} never gets a request: ${names} comes first and matches all of its requests`,
        hint: 'remove it, or make it more specific than the other',
        related: shadows.map((shadow: Draft) => ({ place: shadow, message: 'this one takes the requests' })),
      });
    }
  },
};

/** Ids of routes of which every part is covered by an earlier one, with the routes that do it. */
export function findUnreachable(
  parts: readonly ComparablePart[],
  flavor: RouterFlavor,
): ReadonlyMap<string, readonly string[]> {
  const earlier = new RouteCandidates();
  const covered = new Map<string, string[]>();
  const reachable = new Set<string>();
  for (const part of parts) {
    const winner = findCover(earlier, part, flavor);
    if (winner === null) reachable.add(part.route.id);
    else covered.set(part.route.id, [...(covered.get(part.route.id) ?? []), winner.route.id]);
    earlier.add(part);
  }
  for (const id of reachable) covered.delete(id);
  return covered;
}

/** A tie is the business of another rule: there the order is not meant, it merely happens. */
function findCover(earlier: RouteCandidates, part: ComparablePart, flavor: RouterFlavor): ComparablePart | null {
  for (const candidate of earlier.covering(part)) {
    if (candidate.route === part.route || compareRanks(candidate.rank, part.rank, flavor) === 0) continue;
    if (covers(candidate, part)) return candidate;
  }
  return null;
}
