import type { ComparablePart } from '../../router/comparable-part.ts';
import { findInversions, type Inversion } from '../../router/kong-inversions.ts';
import { requestForBoth } from '../../router/request-for-both.ts';
import type { RouterFlavor } from '../../router/router.ts';
import type { BuildContext } from '../build-context.ts';
import { buildRoute } from '../build-entities.ts';
import { type Draft, type DraftSet, textOf } from '../draft.ts';
import type { Findings } from '../findings.ts';

/**
 * Warns of pairs of routes that Kong tries in another order than it documents, and than gw does. Only for a config
 * without errors: what an unfinished route matches is guesswork.
 */
export function checkRouteOrder(
  drafts: DraftSet,
  context: BuildContext,
  flavor: RouterFlavor,
  findings: Findings,
): void {
  const disabled = new Set(
    drafts.services.filter(({ fields }) => fields.enabled === false).map((draft) => context.index.idOf(draft)),
  );
  const byRoute = new Map(drafts.routes.map((draft, order) => [buildRoute(draft, context), { draft, order }]));
  const live = [...byRoute.keys()].filter(({ service }) => service === null || !disabled.has(service.id));
  for (const inversion of findInversions(live, flavor)) {
    const [first, second] = [byRoute.get(inversion.first.route), byRoute.get(inversion.second.route)];
    if (first === undefined || second === undefined) continue;
    const isFirstLater = isLater(first, second);
    const [place, other] = isFirstLater ? [first.draft, second.draft] : [second.draft, first.draft];
    report(inversion, { place, other, first: first.draft, second: second.draft }, findings);
  }
}

interface Placed {
  readonly draft: Draft;
  readonly order: number;
}

/** In one file by where they stand; routes inside of services are collected before those at the top. */
function isLater(a: Placed, b: Placed): boolean {
  if (a.draft.document !== b.draft.document) return a.order > b.order;
  return startOf(a.draft) > startOf(b.draft);
}

function startOf({ document, path }: Draft): number {
  return document.locate(path, 'value').range.start.offset;
}

interface Pair {
  readonly place: Draft;
  readonly other: Draft;
  /** The one that gw tries first, and the one that Kong does. */
  readonly first: Draft;
  readonly second: Draft;
}

function report(inversion: Inversion, { place, other, first, second }: Pair, findings: Findings): void {
  const { range } = other.document.locate(other.path, 'value');
  const file = other.document.source.name;
  const where = file === place.document.source.name ? `line ${range.start.line}` : `${file}:${range.start.line}`;
  const nameOf = (draft: Draft): string => (draft === other ? `${labelOf(draft)} (${where})` : labelOf(draft));
  const example = requestForBoth(inversion.first, inversion.second);
  const both = example === null ? 'a request that both match' : `${example}, which both match,`;
  const message = `${both} goes to ${nameOf(second)} in Kong, and to ${nameOf(first)} in gw and by Kong's documentation`;
  findings.add('route/kong-order', place.document, place.path, message, {
    hint: hintFor(inversion, labelOf(first)),
    related: [{ file, range, message: 'the other one is here' }],
  });
}

function labelOf({ fields }: Draft): string {
  const name = textOf(fields.name) ?? textOf(fields.id);
  return name === null ? 'a route without a name' : `route "${name}"`;
}

/** What makes the two orders agree. */
function hintFor({ first, second }: Inversion, name: string): string {
  const same = 'give both routes the same kinds of conditions';
  if (differs(first, second, 'hasPlainHostsOnly')) {
    return first.hosts === null
      ? `add "hosts" to ${name}, or ${same}`
      : `write hosts of ${name} without "*", or ${same}`;
  }
  if (differs(first, second, 'isRegex') && first.paths !== null) {
    return `begin the paths of ${name} with "~", or ${same}`;
  }
  if (first.rank.headerNames !== second.rank.headerNames && second.rank.regexPriority !== 0) {
    return 'leave "regex_priority" away where other routes have more headers';
  }
  return same;
}

function differs(first: ComparablePart, second: ComparablePart, flag: 'hasPlainHostsOnly' | 'isRegex'): boolean {
  return second.rank[flag] && !first.rank[flag];
}
