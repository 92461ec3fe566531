import { nameOf } from '../context.ts';
import type { LintRule } from '../rule.ts';
import type { ComparablePart } from '../../router/comparable-part.ts';
import { rankKey } from '../../router/part-rank.ts';
import { overlaps } from '../../router/part-overlap.ts';
import type { RouterFlavor } from '../../router/router.ts';
import { orderedParts } from '../route-order.ts';
import { findSameExpressions } from '../same-expressions.ts';

/** How many parts of the same rank and path are compared with one. */
const MAX_PER_BUCKET = 200;

/** Two routes between which only their ids decide. */
export const tiedRoutes: LintRule = {
  name: 'tied-routes',
  severity: 'warning',
  title: 'two routes match the same requests and rank equally',
  explanation:
    'When two routes match a request and have the same priority, Kong takes the one with the greater id (with the ' +
    'older "traditional" router: the one created first). Ids of a file without ids come from the names, so renaming a ' +
    'route can send requests elsewhere. Make one of the two more specific, or give regular expressions different ' +
    'values of "regex_priority".',
  bad: `services:
- name: old
  url: https://old.internal
  routes:
  - name: to-old
    paths: [/orders]
- name: new
  url: https://new.internal
  routes:
  - name: to-new
    paths: [/orders]`,
  good: `services:
- name: old
  url: https://old.internal
  routes:
  - name: to-old
    paths: [/orders]
- name: new
  url: https://new.internal
  routes:
  - name: to-new
    paths: [/orders]
    headers: { x-version: ["2"] }`,
  check(context, report) {
    const decider = context.routerFlavor === 'traditional' ? 'their ages' : 'their ids';
    const drafts = new Map(context.all('routes').map((draft) => [context.idOf(draft), draft]));
    const parts = orderedParts(context.liveRoutes, context.routerFlavor);
    const ties = new Map(findTies(parts, context.routerFlavor));
    for (const { first, second, isTie } of findSameExpressions(context.liveRoutes)) {
      if (isTie) ties.set(second.id, first.id);
    }
    for (const [loser, winner] of ties) {
      const [second, first] = [drafts.get(loser), drafts.get(winner)];
      if (second === undefined || first === undefined) continue;
      report({
        place: second,
        message: `${nameOf(second)} and ${nameOf(first)} match the same requests and rank equally: only ${decider} decide`,
        hint: `make one of them more specific; now ${nameOf(first)} wins`,
        related: [{ place: first, message: 'the other one is here' }],
      });
    }
  },
};

/** For each route that loses a tie, the first that wins over it. */
function findTies(parts: readonly ComparablePart[], flavor: RouterFlavor): ReadonlyMap<string, string> {
  const buckets = new Map<string, ComparablePart[]>();
  const ties = new Map<string, string>();
  for (const part of parts) {
    for (const key of bucketKeys(part, flavor)) {
      const bucket = buckets.get(key);
      const winner = bucket?.find((other) => other.route !== part.route && overlaps(other, part));
      if (winner !== undefined && !ties.has(part.route.id)) ties.set(part.route.id, winner.route.id);
      if (bucket === undefined) buckets.set(key, [part]);
      else if (bucket.length < MAX_PER_BUCKET) bucket.push(part);
    }
  }
  return ties;
}

/** Parts of equal rank can only meet when they share one of these: prefixes of one length meet when they are equal. */
function bucketKeys(part: ComparablePart, flavor: RouterFlavor): readonly string[] {
  const rank = rankKey(part.rank, flavor);
  const paths = part.paths?.map(({ head, pattern }) => pattern ?? `=${head}`) ?? [''];
  const hosts = part.rank.hasPlainHostsOnly && part.hosts !== null ? part.hosts : [''];
  return paths.flatMap((path) => hosts.map((host) => `${rank} ${host} ${path}`));
}
