import { nameOf } from '../context.ts';
import type { LintRule } from '../rule.ts';
import { kongPriority, type OrderedPart, orderedParts, overlaps, rankKey } from '../route-order.ts';

/** Pairs that are compared before the rule gives up; a config where the two orders differ at all is rare. */
const MAX_PAIRS = 1_000_000;

/** Two routes that Kong tries in another order than it documents, and than gw does. */
export const kongOrder: LintRule = {
  name: 'kong-order',
  severity: 'warning',
  title: 'two routes that Kong tries in another order than documented',
  explanation:
    'Kong computes the priority of a route with 32-bit shifts where 64 bits are meant. Mostly that changes nothing, ' +
    'but a route with only plain hosts then beats one with more kinds of conditions, routes with four or more kinds ' +
    'all tie, and "regex_priority" and the number of headers get mixed up. gw follows the documented order. Where two ' +
    'routes overlap and the orders differ, requests go to different routes in Kong and in gw: give both routes the ' +
    'same kinds of conditions.',
  bad: `services:
- name: orders
  url: https://orders.internal
  routes:
  - name: by-host
    hosts: [orders.example.com]
- name: health
  url: https://health.internal
  routes:
  - name: by-path-and-method
    paths: [/health]
    methods: [GET]`,
  good: `services:
- name: orders
  url: https://orders.internal
  routes:
  - name: by-host
    hosts: [orders.example.com]
- name: health
  url: https://health.internal
  routes:
  - name: by-path-and-method
    hosts: [orders.example.com]
    paths: [/health]
    methods: [GET]`,
  check(context, report) {
    const drafts = new Map(context.all('routes').map((draft) => [context.idOf(draft), draft]));
    for (const [first, second] of findInversions(orderedParts(context.liveRoutes))) {
      const [documented, real] = [drafts.get(first), drafts.get(second)];
      if (documented === undefined || real === undefined) continue;
      report({
        place: real,
        message: `Kong tries ${nameOf(real)} before ${nameOf(documented)}, against its documentation; gw does not`,
        hint: 'give both routes the same kinds of conditions',
        related: [{ place: documented, message: 'the other one is here' }],
      });
    }
  },
};

/** Pairs of route ids, the one that should come first in front; for each second one at most one pair. */
function findInversions(parts: readonly OrderedPart[]): readonly (readonly [string, string])[] {
  const ranks = groupByRank(parts);
  const found = new Map<string, string>();
  let pairs = 0;
  for (const [at, earlier] of ranks.entries()) {
    for (const later of ranks.slice(at + 1)) {
      if (kongPriority(earlier.rank) > kongPriority(later.rank)) continue;
      for (const second of later.parts) {
        for (const first of earlier.parts) {
          if (found.has(second.route.id)) break;
          if (pairs++ > MAX_PAIRS) return toPairs(found);
          if (isInverted(first, second) && overlaps(first, second)) found.set(second.route.id, first.route.id);
        }
      }
    }
  }
  return toPairs(found);
}

function isInverted(first: OrderedPart, second: OrderedPart): boolean {
  if (first.route === second.route) return false;
  const [documented, other] = [kongPriority(first.rank), kongPriority(second.rank)];
  return documented < other || (documented === other && first.identity.id < second.identity.id);
}

/** Parts of equal rank together, in the order of the router. */
function groupByRank(
  parts: readonly OrderedPart[],
): readonly { readonly rank: OrderedPart['rank']; readonly parts: readonly OrderedPart[] }[] {
  const groups = new Map<string, { readonly rank: OrderedPart['rank']; readonly parts: OrderedPart[] }>();
  for (const part of parts) {
    const key = rankKey(part.rank);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { rank: part.rank, parts: [part] });
    else group.parts.push(part);
  }
  return [...groups.values()];
}

function toPairs(found: ReadonlyMap<string, string>): readonly (readonly [string, string])[] {
  return [...found].map(([second, first]) => [first, second] as const);
}
