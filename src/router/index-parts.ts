import { finish, isPause, type Steps } from '../lib/steps.ts';
import { HostIndex } from './host-index.ts';
import { Candidate } from './part-candidate.ts';
import { type PartFinder, PartList, RankedPart } from './part-finder.ts';
import { headerKinds, hostKind, innerKind, type KeyKind, keysOf, methodKind, pathKind, sniKind } from './part-keys.ts';
import { InnerIndex, PathIndex } from './path-index.ts';
import { PatternPart } from './pattern-part.ts';
import type { RoutePart } from './route-parts.ts';
import type { Routable } from './router.ts';
import { TextIndex } from './text-index.ts';
import { HeaderIndex, MethodIndex, SniIndex } from './value-indexes.ts';

/** So few parts are tried in turn. */
const FEW = 8;
/** A part with more keys of a kind is tried whatever the key. */
const MAX_KEYS = 256;
/** Headers that are considered to divide by. */
const MAX_HEADERS = 3;
/** A division that leaves more of the parts than this, on average, is not worth its memory. */
const WORTHWHILE = 0.75;

/**
 * Builds the finder of some parts, given in their order. Parts are divided by what they name, the host, the path, the
 * method, a header or the server name, whichever leaves least to try, and what is left is divided again.
 */
export function indexParts<Target extends Routable>(parts: readonly RoutePart<Target>[]): PartFinder<Target> {
  return finish(indexInSteps(parts));
}

/** The same, in steps. */
export function* indexInSteps<Target extends Routable>(parts: readonly RoutePart<Target>[]): Steps<PartFinder<Target>> {
  const candidates = parts.map((part, order) => Candidate.of(part, order));
  return yield* new Indexer<Target>(100_000 + 32 * parts.length).build(candidates, []);
}

/** Parts under their keys. */
export interface Division<Target extends Routable> {
  readonly groups: ReadonlyMap<string, readonly Candidate<Target>[]>;
  /** Those that may match whatever the key. */
  readonly rest: readonly Candidate<Target>[];
  /** How many parts are in the groups, each counted as often as it is there. */
  readonly entries: number;
  /** How many are left to try on average. */
  readonly remaining: number;
}

class Indexer<Target extends Routable> {
  /** How many more entries may be made: attributes with many values each must not multiply without bound. */
  #budget: number;

  constructor(budget: number) {
    this.#budget = budget;
  }

  *build(parts: readonly Candidate<Target>[], used: readonly KeyKind[]): Steps<PartFinder<Target>> {
    if (parts.length <= FEW) return finderOfFew(parts);
    const [kind, division] = yield* this.#choose(parts, used);
    if (kind === null || division === null || division.entries > this.#budget) return listOf(parts);
    this.#budget -= division.entries;
    const without = [...used, kind];
    const groups = new Map<string, PartFinder<Target>>();
    let count = 0;
    for (const [key, members] of division.groups) {
      const known = members.map((member) => member.under(key, kind));
      groups.set(key, known.length <= FEW ? finderOfFew(known) : yield* this.build(known, without));
      for (let left = members.length; left > 0; left--) if (isPause(++count)) yield;
    }
    const rest = division.rest.length === 0 ? null : yield* this.build(division.rest, without);
    return yield* this.#index(kind, groups, rest, parts);
  }

  /** The kind that leaves least to try; the first that leaves few will do. */
  *#choose(
    parts: readonly Candidate<Target>[],
    used: readonly KeyKind[],
  ): Steps<readonly [KeyKind | null, Division<Target> | null]> {
    let [best, division]: [KeyKind | null, Division<Target> | null] = [null, null];
    for (const kind of this.#kinds(parts, used)) {
      const candidate = yield* divide(parts, kind);
      if (candidate.remaining > WORTHWHILE * parts.length) continue;
      if (division === null || candidate.remaining < division.remaining) [best, division] = [kind, candidate];
      if (candidate.remaining <= FEW) break;
    }
    return [best, division];
  }

  #kinds(parts: readonly Candidate<Target>[], used: readonly KeyKind[]): readonly KeyKind[] {
    const all = [hostKind, pathKind, innerKind, ...headerKinds(parts).slice(0, MAX_HEADERS), methodKind, sniKind];
    return all.filter(({ kind, header }) => !used.some((other) => other.kind === kind && other.header === header));
  }

  *#index(
    { kind, header }: KeyKind,
    groups: ReadonlyMap<string, PartFinder<Target>>,
    rest: PartFinder<Target> | null,
    parts: readonly Candidate<Target>[],
  ): Steps<PartFinder<Target>> {
    if (kind === 'host') return yield* HostIndex.inSteps(groups, rest);
    if (kind === 'path') return new PathIndex(yield* TextIndex.inSteps(groups, false), rest);
    if (kind === 'inner') return new InnerIndex(yield* TextIndex.inSteps(groups, false), rest);
    if (kind === 'method') return new MethodIndex(groups, rest);
    if (kind === 'header') return new HeaderIndex(header, groups, rest);
    return new SniIndex(groups, rest, listOf(parts));
  }
}

function finderOfFew<Target extends Routable>(parts: readonly Candidate<Target>[]): PartFinder<Target> {
  const [only] = parts;
  return only !== undefined && parts.length === 1 ? finderOf(only) : listOf(parts);
}

function listOf<Target extends Routable>(parts: readonly Candidate<Target>[]): PartFinder<Target> {
  return new PartList(parts.map(finderOf));
}

function finderOf<Target extends Routable>(candidate: Candidate<Target>): PartFinder<Target> {
  const pattern = candidate.onlyPattern;
  return pattern === null ? new RankedPart(candidate) : new PatternPart(candidate, pattern);
}

function* divide<Target extends Routable>(parts: readonly Candidate<Target>[], kind: KeyKind): Steps<Division<Target>> {
  const groups = new Map<string, Candidate<Target>[]>();
  const rest: Candidate<Target>[] = [];
  let entries = 0;
  let count = 0;
  for (const ranked of parts) {
    if (isPause(++count)) yield;
    const keys = keysOf(ranked.part, kind);
    if (keys === null || keys.length > MAX_KEYS) {
      rest.push(ranked);
      continue;
    }
    for (const key of keys) {
      const group = groups.get(key);
      if (group === undefined) groups.set(key, [ranked]);
      else if (group.at(-1) !== ranked) group.push(ranked);
      entries++;
    }
  }
  let squares = 0;
  for (const group of groups.values()) squares += group.length ** 2;
  return { groups, rest, entries, remaining: rest.length + (entries === 0 ? 0 : squares / entries) };
}
