import type { PartRank } from './part-rank.ts';

/** What the priority of Kong's default router is not made of. */
type UnusedByKong = 'kinds' | 'hasWildcardHostWithPort' | 'createdAt' | 'expressionPriority';

/**
 * The priority that Kong computes on 64-bit machines. Its `transform.lua` shifts plain Lua numbers, which LuaJIT does
 * in 32 bits with the count modulo 32 — as JavaScript does; only the two flags are true 64-bit values. A negative
 * number becomes 2^63 when nothing else in it is 64 bits wide.
 */
export function kongPriority(rank: Omit<PartRank, UnusedByKong>): bigint {
  const low = (rank.attributes << 29) | (rank.headerNames << 20) | (rank.regexPriority << 19) | rank.prefixLength;
  const flags = (rank.hasPlainHostsOnly ? 1n << 60n : 0n) | (rank.isRegex ? 1n << 51n : 0n);
  if (flags !== 0n) return BigInt.asUintN(64, BigInt(low) | flags);
  return low < 0 ? 1n << 63n : BigInt(low);
}
