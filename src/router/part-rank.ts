import type { RouterFlavor } from './router.ts';

/** What decides in which order the parts of routes are tried. */
export interface PartRank {
  /** How many attributes the route sets. */
  readonly attributes: number;
  /** Which they are, as bits, the host highest. */
  readonly kinds: number;
  readonly hasPlainHostsOnly: boolean;
  readonly hasWildcardHostWithPort: boolean;
  readonly headerNames: number;
  readonly isRegex: boolean;
  readonly regexPriority: number;
  /** In bytes; 0 for regular expressions. */
  readonly prefixLength: number;
  readonly createdAt: number;
  /** The `priority` of a route with an expression; `null` for others. */
  readonly expressionPriority: number | null;
}

/** One thing that two parts may differ in. */
interface Criterion {
  /** The part with the greater number goes first. */
  readonly of: (rank: PartRank) => number;
  /** Why the first of two that differ goes first. */
  readonly why: (first: PartRank, second: PartRank) => string;
}

const attributes: Criterion = {
  of: (rank) => rank.attributes,
  why: (first, second) => `it has ${first.attributes} kinds of conditions, the other ${second.attributes}`,
};
const kinds: Criterion = {
  of: (rank) => rank.kinds,
  why: () => 'its kinds of conditions come first (host, headers, path, method, SNI, source, destination)',
};
const plainHostsOnly: Criterion = {
  of: (rank) => Number(rank.hasPlainHostsOnly),
  why: () => 'its hosts have no wildcard',
};
const wildcardHostWithPort: Criterion = {
  of: (rank) => Number(rank.hasWildcardHostWithPort),
  why: () => 'it has a wildcard host with a port',
};
const headerNames: Criterion = {
  of: (rank) => rank.headerNames,
  why: (first, second) => `it asks for ${first.headerNames} headers, the other for ${second.headerNames}`,
};
const isRegex: Criterion = {
  of: (rank) => Number(rank.isRegex),
  why: () => 'regular expressions come before plain paths',
};
const regexPriority: Criterion = {
  of: (rank) => rank.regexPriority,
  why: (first, second) => `its regex_priority is ${first.regexPriority}, the other's ${second.regexPriority}`,
};
const prefixLength: Criterion = { of: (rank) => rank.prefixLength, why: () => 'its path is longer' };
const age: Criterion = { of: (rank) => -rank.createdAt, why: () => 'it was created earlier' };
const isExpression: Criterion = {
  of: (rank) => Number(rank.expressionPriority !== null),
  why: () => 'expressions come before other routes',
};
const expressionPriority: Criterion = {
  of: (rank) => rank.expressionPriority ?? 0,
  why: (first, second) => `its priority is ${first.expressionPriority}, the other's ${second.expressionPriority}`,
};

const compatible = [attributes, plainHostsOnly, headerNames, isRegex, regexPriority, prefixLength];

/** `sort_routes` of `traditional.lua`. */
const inCategory = [wildcardHostWithPort, plainHostsOnly, isRegex, headerNames, regexPriority, prefixLength, age];

/** The order of each flavour, most significant first: `get_priority` of Kong's `transform.lua`, `traditional.lua`. */
const ORDERS: Readonly<Record<RouterFlavor, readonly Criterion[]>> = {
  traditional_compatible: compatible,
  traditional: [attributes, kinds, ...inCategory],
  expressions: [isExpression, expressionPriority, ...compatible],
};

/** Sorts ranks into the order in which they are tried; 0 for a tie. */
export function compareRanks(a: PartRank, b: PartRank, flavor: RouterFlavor): number {
  return compareBy(ORDERS[flavor], a, b);
}

/** The order in `traditional` of parts with the same kinds of conditions. */
export function compareInCategory(a: PartRank, b: PartRank): number {
  return compareBy(inCategory, a, b);
}

function compareBy(criteria: readonly Criterion[], a: PartRank, b: PartRank): number {
  for (const { of } of criteria) {
    const difference = of(b) - of(a);
    if (difference !== 0) return difference;
  }
  return 0;
}

/** A text that is the same for ranks that tie. */
export function rankKey(rank: PartRank, flavor: RouterFlavor): string {
  let key = '';
  for (const { of } of ORDERS[flavor]) key += `${of(rank)},`;
  return key;
}

/** Why one part is tried before another, by the first criterion in which they differ (routing.md, priorities). */
export function whyBefore(first: PartRank, second: PartRank, flavor: RouterFlavor = 'traditional_compatible'): string {
  const criterion = ORDERS[flavor].find(({ of }) => of(first) !== of(second));
  if (criterion !== undefined && criterion.of(first) > criterion.of(second)) return criterion.why(first, second);
  if (flavor !== 'traditional') return 'they rank alike, and its id is greater';
  return criterion === undefined
    ? 'they rank alike, and it stands first in the file'
    : 'routes that name the very host, header, path or method of the request are tried first';
}
